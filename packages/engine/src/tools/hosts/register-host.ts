import { hostKind } from '@ignite/api/v1/object-kinds';
import { existsSync } from 'node:fs';
import { igniteVersion } from '@ignite/api/ignite-version';
import { hostLeaseNamespace } from '@ignite/api/v1/host-lease';
import type { Host, HostStatus } from '@ignite/api/v1/host';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { withCondition } from '@ignite/toolkit/object/condition';
import { microTime } from '@ignite/toolkit/object/micro-time';
import { newUid } from '@ignite/toolkit/object/uid';
import { KindStore, type NewOf } from '@ignite/toolkit/store/kind-store';
import type { CallOptions, MendableStore, ObjectStore } from '@ignite/toolkit/store/store';
import type { HostSettings } from '../host/host-settings.ts';
import { type Paths, vmFiles } from '../host/paths.ts';
import { listOwnVms } from '../store/own-vms.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { hostLeaseSeconds, hostLeaseStore } from './host-lease.ts';

/** A host as its settings name it, and the store that it is to be found in. */
export interface HostToStore extends Pick<HostSettings, 'name' | 'uid'> {
  readonly paths: Paths;
  readonly store: MendableStore;
  readonly clock: Clock;
}

/**
 * Checks that no other host of the store has the name of this one, and stores this host if it is new, or was
 * removed while it was silent. Until its controller renews its lease, nobody else counts on it. Returns whether
 * it was stored.
 * @throws CodedError HOST_NAME_TAKEN
 */
export async function claimHost(host: HostToStore, options?: CallOptions): Promise<boolean> {
  const known = await findHost(host, options);
  if (known) assertSame(known, host);
  else {
    await assertNoVmsOfAnother(host);
    await storeHost(host, options);
  }
  return known === undefined;
}

/**
 * Stores what this host is, and renews its lease. Its controller calls this at its start. What others wish of
 * the host stays as it is.
 * @throws CodedError HOST_NAME_TAKEN
 */
export async function registerHost(host: HostToStore, options?: CallOptions): Promise<Host> {
  const registered = await storeHost(host, options);
  await renewHostLease(host, options);
  return registered;
}

/** Says that this host is alive. Its controller repeats this several times while the lease lasts. */
export async function renewHostLease(
  { name, uid, store, clock }: Omit<HostToStore, 'paths'>,
  options?: CallOptions,
): Promise<void> {
  const spec = {
    holderIdentity: uid,
    leaseDurationSeconds: hostLeaseSeconds,
    renewTime: microTime(clock.now()),
  };
  await hostLeaseStore(store).createOrModify(
    { metadata: { namespace: hostLeaseNamespace, name, uid: newUid() }, spec, status: {} },
    (held) => ({ ...held, spec: { ...held.spec, ...spec } }),
    options,
  );
}

const hostStore = (store: ObjectStore): KindStore<Host> => new KindStore(store, hostKind);

async function storeHost(host: HostToStore, options?: CallOptions): Promise<Host> {
  const facts = await readHostFacts(host.paths.dataDir);
  const now = new Date(host.clock.now()).toISOString();
  return await hostStore(host.store).createOrModify(
    newHost(host, facts, now),
    (known) => {
      assertSame(known, host);
      return { ...known, status: statusOf(facts, now, known) };
    },
    options,
  );
}

const newHost = ({ name, uid }: HostToStore, facts: HostFacts, now: string): NewOf<Host> => ({
  metadata: { name, uid, labels: labelsOf(name, facts) },
  spec: {},
  status: statusOf(facts, now),
});

/** Returns the host of this name, if there is one. A damaged record of this very host is replaced. */
async function findHost(host: HostToStore, options?: CallOptions): Promise<Host | undefined> {
  const find = (): Promise<Host | undefined> => hostStore(host.store).find({ name: host.name }, options);
  try {
    return await find();
  } catch (failure) {
    if (!hasCode(failure, 'OBJECT_BROKEN') || !(await isOwnRecord(host, options))) throw failure;
  }
  const { apiVersion, kind, defaultNamespace: namespace } = hostKind;
  const facts = await readHostFacts(host.paths.dataDir);
  const { metadata, ...mended } = newHost(host, facts, new Date(host.clock.now()).toISOString());
  await host.store.mend({ apiVersion, kind, ...mended, metadata: { namespace, ...metadata } });
  return await find();
}

/** Tells whether the damaged record of this host's name has its uid. */
async function isOwnRecord({ name, uid, store }: HostToStore, options?: CallOptions): Promise<boolean> {
  const { broken = [] } = await store.list(hostKind, {}, options);
  return broken.some(({ key, text }) => key.name === name && text.includes(`"${uid}"`));
}

/**
 * Checks that the VMs that are bound to the name of a host that the store does not know have their files here.
 * Otherwise they are of a host of the same name that was lost.
 */
async function assertNoVmsOfAnother({ name, store, paths }: HostToStore): Promise<void> {
  const made = (await listOwnVms({ store, self: { name, isAlone: false } })).filter(
    ({ status }) => status.image !== undefined,
  );
  if (made.length === 0 || made.some(({ metadata }) => existsSync(vmFiles(paths, metadata.uid).dir))) return;
  throw new CodedError('HOST_NAME_TAKEN', `the store has VMs of an earlier host named "${name}"`, {
    hint: 'remove them with "ignite rm -f" on another host, or choose another IGNITE_HOST_NAME for a new data directory',
  });
}

function assertSame({ metadata }: Host, { name, uid }: Pick<HostSettings, 'name' | 'uid'>): void {
  if (metadata.uid === uid) return;
  throw new CodedError('HOST_NAME_TAKEN', `the store has another host named "${name}"`, {
    hint: 'choose another IGNITE_HOST_NAME for a new data directory',
  });
}

/** Pure. Returns the labels by which Kubernetes knows a node. */
const labelsOf = (name: string, { arch }: HostFacts): Readonly<Record<string, string>> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': arch,
});

function statusOf({ capacity, addresses, kernel, arch }: HostFacts, now: string, known?: Host): HostStatus {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Registered',
    message: '',
    observedGeneration: known?.metadata.generation ?? 1,
  } as const;
  return {
    capacity,
    allocatable: capacity,
    addresses,
    versions: { ignite: igniteVersion, kernel, arch },
    conditions: withCondition(known?.status.conditions ?? [], ready, now),
  };
}
