import { type Host, type HostStatus, hostKind } from '@ignite/api/v1/host';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { withCondition } from '@ignite/toolkit/object/condition';
import { newUid } from '@ignite/toolkit/object/uid';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import type { Paths } from '../host/paths.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import { hostLeaseNamespace, hostLeaseSeconds, hostLeaseStore } from './host-lease.ts';

export interface HostRegistration {
  readonly name: string;
  readonly igniteVersion: string;
  readonly paths: Paths;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * Stores what this host is as its Host, and renews its lease. The controller of the host calls it once, and
 * whenever something about the host may have changed. What others wish of the host stays as it is.
 */
export async function registerHost(host: HostRegistration, signal: AbortSignal): Promise<Host> {
  const { name, igniteVersion, store, clock, paths } = host;
  const facts = await readHostFacts(paths.dataDir);
  const now = new Date(clock.now()).toISOString();
  const asKnown = (known?: Host): HostStatus => statusOf(facts, igniteVersion, now, known);
  const registered = await new KindStore(store, hostKind).createOrModify(
    {
      metadata: { namespace: '', name, uid: newUid(), labels: labelsOf(name, facts) },
      spec: {},
      status: asKnown(),
    },
    (known) => ({ ...known, status: asKnown(known) }),
    { signal },
  );
  await renewHostLease(host, signal);
  return registered;
}

/** Says that this host is alive. Its controller repeats this several times while the lease lasts. */
export async function renewHostLease(
  { name, store, clock }: Pick<HostRegistration, 'name' | 'store' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const spec = {
    holderIdentity: name,
    leaseDurationSeconds: hostLeaseSeconds,
    renewTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
  };
  const metadata = { namespace: hostLeaseNamespace, name, uid: newUid() };
  await hostLeaseStore(store).createOrModify(
    { metadata, spec, status: {} },
    (held) => ({ ...held, spec: { ...held.spec, ...spec } }),
    { signal },
  );
}

/** Pure. Returns the labels by which Kubernetes knows a node. */
const labelsOf = (name: string, { arch }: HostFacts): Readonly<Record<string, string>> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': arch,
});

function statusOf(facts: HostFacts, ignite: string, now: string, known: Host | undefined): HostStatus {
  const { capacity, addresses, kernel, arch } = facts;
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
    versions: { ignite, kernel, arch },
    conditions: withCondition(known?.status.conditions ?? [], ready, now),
  };
}
