import { igniteVersion } from '@ignite/api/ignite-version';
import { type Host, type HostStatus, hostKind } from '@ignite/api/v1/host';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { withCondition } from '@ignite/toolkit/object/condition';
import { microTime } from '@ignite/toolkit/object/micro-time';
import { newUid } from '@ignite/toolkit/object/uid';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import type { CallOptions, ObjectStore } from '@ignite/toolkit/store/store';
import type { HostSettings } from '../host/host-settings.ts';
import type { Paths } from '../host/paths.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { hostLeaseNamespace, hostLeaseSeconds, hostLeaseStore } from './host-lease.ts';

/** A host as its settings name it, and the store that it is to be found in. */
export interface HostToStore extends Pick<HostSettings, 'name' | 'uid'> {
  readonly paths: Paths;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * Checks that no other host of the store has the name of this one, and stores this host if it is new. Until
 * its controller renews its lease, nobody else counts on it.
 * @throws CodedError HOST_NAME_TAKEN
 */
export async function claimHost(host: HostToStore, options?: CallOptions): Promise<void> {
  const known = await hostStore(host.store).find({ name: host.name }, options);
  if (known) assertSame(known, host);
  else await storeHost(host, options);
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
  const { name, uid, store, clock, paths } = host;
  const facts = await readHostFacts(paths.dataDir);
  const now = new Date(clock.now()).toISOString();
  return await hostStore(store).createOrModify(
    {
      metadata: { name, uid, labels: labelsOf(name, facts) },
      spec: {},
      status: statusOf(facts, now),
    },
    (known) => {
      assertSame(known, host);
      return { ...known, status: statusOf(facts, now, known) };
    },
    options,
  );
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
