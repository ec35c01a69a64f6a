import type { Balancer, HostPod } from '@ignite/api/host-pod/host-pod';
import type { ObjectMeta } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import * as v from 'valibot';
import { apiServerPort } from '../contract/api-server-port.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import type { Machine } from '../kinds/machine.ts';

const ip = v.pipe(v.string(), v.ip());

/** What an API server runs in: a Machine, or a pod of a hosted control plane. */
interface Candidate {
  readonly name: string;
  readonly address: string | undefined;
  readonly isLeaving: boolean;
}

/**
 * Pure. Returns the load balancer of a control plane of Machines, or of pods. One whose name or address no server can have is left out,
 * so that the others are found nevertheless. One that is being deleted gets no connections, unless there is no other.
 */
export function planBalancer(
  port: number,
  machines: readonly Machine[],
  pods: readonly HostPod[] = [],
): Balancer {
  const reachable = [
    ...machines.filter(isOfControlPlane).map((each) => candidate(each.metadata, addressOf(each))),
    ...pods.map((each) => candidate(each.metadata, each.status?.address)),
  ]
    .filter(({ name }) => isDnsLabel(name))
    .flatMap(({ address, ...rest }) => (address === undefined ? [] : [{ ...rest, address }]))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const staying = reachable.filter(({ isLeaving }) => !isLeaving);
  return {
    port,
    path: '/readyz',
    servers: (staying.length === 0 ? reachable : staying).map(({ name, address }) => ({
      ...{ name, address },
      port: apiServerPort,
    })),
  };
}

const candidate = ({ name, deletionTimestamp }: ObjectMeta, address: string | undefined): Candidate => ({
  ...{ name, address },
  isLeaving: deletionTimestamp !== undefined,
});

/** Whoever writes a Machine's status may call anything an address. */
const addressOf = ({ status }: Machine): string | undefined =>
  status?.addresses?.find(({ type, address }) => type === 'InternalIP' && v.is(ip, address))?.address;
