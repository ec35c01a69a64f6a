import { existsSync } from 'node:fs';
import { apiVersion } from '@ignite/api/v1/group';
import { igniteVersion } from '@ignite/api/ignite-version';
import { hostLeaseNamespace } from '@ignite/api/v1/host-lease';
import type { Host, HostStatus } from '@ignite/api/v1/host';
import type { NewOfKind } from '@ignite/toolkit/client/kind-client';
import type { CallOptions } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { withCondition } from '@ignite/toolkit/object/condition';
import { microTime } from '@ignite/toolkit/object/micro-time';
import { newUid } from '@ignite/toolkit/object/uid';
import type { HostSettings } from '../host/host-settings.ts';
import { type Paths, vmFiles } from '../host/paths.ts';
import { hostsIn } from '../store/kind-clients.ts';
import { listOwnVms } from '../store/own-vms.ts';
import type { StoreAdministration } from '../store/store-administration.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { hostLeaseSeconds, hostLeasesIn } from './host-lease.ts';

/** A host as its settings name it, and the store that it is to be found in. */
export interface HostToStore extends Pick<HostSettings, 'name' | 'uid'> {
  readonly paths: Paths;
  readonly administration: StoreAdministration;
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
  { name, uid, administration, clock }: Omit<HostToStore, 'paths'>,
  options?: CallOptions,
): Promise<void> {
  const spec = {
    holderIdentity: uid,
    leaseDurationSeconds: hostLeaseSeconds,
    renewTime: microTime(clock.now()),
  };
  const leases = hostLeasesIn(administration.objects);
  const key = { namespace: hostLeaseNamespace, name };
  await leases.modifyOrCreate(
    () => leases.modify(key, (held) => ({ ...held, spec: { ...held.spec, ...spec } }), options),
    { metadata: { ...key, uid: newUid() }, spec },
    options,
  );
}

async function storeHost(host: HostToStore, options?: CallOptions): Promise<Host> {
  const facts = await readHostFacts(host.paths.dataDir);
  const now = new Date(host.clock.now()).toISOString();
  const hosts = hostsIn(host.administration.objects);
  const withFacts = (known: Host): Host => {
    assertSame(known, host);
    return { ...known, status: statusOf(facts, now, known) };
  };
  return await hosts.modifyOrCreate(
    () => hosts.modifyStatus({ name: host.name }, withFacts, options),
    newHost(host, facts, now),
    options,
  );
}

const newHost = ({ name, uid }: HostToStore, facts: HostFacts, now: string): NewOfKind => ({
  metadata: { name, uid, labels: labelsOf(name, facts) },
  spec: {},
  status: statusOf(facts, now),
});

/** Returns the host of this name, if there is one. A damaged record of this very host is replaced. */
async function findHost(host: HostToStore, options?: CallOptions): Promise<Host | undefined> {
  const { administration, name, uid } = host;
  const hosts = hostsIn(administration.objects);
  try {
    return await hosts.find({ name }, options);
  } catch (failure) {
    if (!hasCode(failure, 'OBJECT_BROKEN')) throw failure;
    const facts = await readHostFacts(host.paths.dataDir);
    const { metadata, ...own } = newHost(host, facts, new Date(host.clock.now()).toISOString());
    const mended = { apiVersion, kind: 'Host', ...own, metadata: { namespace: '', ...metadata, name, uid } };
    if (!(await administration.mend('Host', uid, mended))) throw failure; // it is another host's
    return await hosts.find({ name }, options);
  }
}

/**
 * Checks that the VMs that are bound to the name of a host that the store does not know have their files here.
 * Otherwise they are of a host of the same name that was lost.
 */
async function assertNoVmsOfAnother({ name, administration, paths }: HostToStore): Promise<void> {
  const made = (await listOwnVms({ objects: administration.objects, self: { name, isAlone: false } })).filter(
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
