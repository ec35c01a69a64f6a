import { isDeepStrictEqual } from 'node:util';
import { annotations } from '../contract/names.ts';
import type { ControlPlane } from '../kinds/control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import type { Work } from '../runtime/controller.ts';
import { findExternal } from '../runtime/external.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import type { ControlPlaneProvider, ControlPlaneWish } from './control-plane-provider.ts';

const dayMs = 24 * 3_600_000;

/** What Machines of a control plane are compared with. */
interface Wanted<T extends ControlPlane> {
  readonly provider: ControlPlaneProvider<T>;
  readonly wish: ControlPlaneWish;
  readonly work: Work;
}

/** Notes once when the certificates of a Machine expire, if it is replaced before. */
export async function withExpiry<T extends ControlPlane>(
  machine: Machine,
  { wish }: Wanted<T>,
  workload: WorkloadCluster | undefined,
  signal: AbortSignal,
): Promise<Machine> {
  const { status } = machine;
  const host = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const isAsked = wish.expiryDays !== undefined && status?.certificatesExpiryDate === undefined;
  if (!isAsked || !workload || host === undefined || !status?.nodeRef) return machine;
  const endMs = await workload.certificateEndMs({ host, port: wish.port }, signal);
  if (endMs === undefined) return machine;
  return { ...machine, status: { ...status, certificatesExpiryDate: new Date(endMs).toISOString() } };
}

function expires(
  { metadata, status }: Machine,
  { wish, work }: Pick<Wanted<ControlPlane>, 'wish' | 'work'>,
): boolean {
  const date = metadata.annotations[annotations.certificatesExpiry] ?? status?.certificatesExpiryDate;
  if (wish.expiryDays === undefined || date === undefined) return false;
  return Date.parse(date) - wish.expiryDays * dayMs <= work.clock.now();
}

/** Tells whether a Machine is as the control plane wants its Machines, or has to be replaced. */
export async function isAsWanted<T extends ControlPlane>(
  machine: Machine,
  { provider, wish, work }: Wanted<T>,
): Promise<boolean> {
  const { namespace } = machine.metadata;
  if (machine.spec.version !== wish.version || expires(machine, { wish, work })) return false;
  const after = wish.rolloutAfter;
  if (
    after !== undefined &&
    Date.parse(after) <= work.clock.now() &&
    Date.parse(machine.metadata.creationTimestamp) < Date.parse(after)
  )
    return false;
  const { object: infrastructure } = await findExternal(machine.spec.infrastructureRef, namespace, work);
  const template = infrastructure?.metadata.annotations[annotations.clonedFromName];
  if (template !== undefined && template !== wish.infrastructureRef.name) return false;
  const { configRef } = machine.spec.bootstrap;
  const config =
    configRef && (await work.objects.get(provider.configKind, { namespace, name: configRef.name }));
  return !config || isDeepStrictEqual(plain(config.spec), plain(wish.config));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
