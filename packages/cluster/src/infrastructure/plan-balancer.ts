import type { Balancer } from '@ignite/api/host-pod/host-pod';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import * as v from 'valibot';
import { labels } from '../contract/names.ts';
import type { Machine } from '../kinds/machine.ts';

const ip = v.pipe(v.string(), v.ip());
/** The port of the API server of a node, as kubeadm sets it up. */
const apiServerPort = 6_443;

/**
 * Pure. Returns the load balancer of a control plane. A Machine whose name or address no server can have is left out, so that the others
 * are found nevertheless. One that is being deleted gets no connections, unless there is no other.
 */
export function planBalancer(port: number, machines: readonly Machine[]): Balancer {
  const reachable = machines
    .filter(
      ({ metadata: { name, labels: own } }) => Object.hasOwn(own, labels.controlPlane) && isDnsLabel(name),
    )
    .flatMap((machine) => {
      const address = addressOf(machine);
      return address === undefined ? [] : [{ machine, address }];
    })
    .toSorted((a, b) => (a.machine.metadata.name < b.machine.metadata.name ? -1 : 1));
  const staying = reachable.filter(({ machine }) => machine.metadata.deletionTimestamp === undefined);
  return {
    port,
    path: '/readyz',
    servers: (staying.length === 0 ? reachable : staying).map(({ machine, address }) => ({
      name: machine.metadata.name,
      address,
      port: apiServerPort,
    })),
  };
}

/** Whoever writes a Machine's status may call anything an address. */
const addressOf = ({ status }: Machine): string | undefined =>
  status?.addresses?.find(({ type, address }) => type === 'InternalIP' && v.is(ip, address))?.address;
