import type { Balancer } from '@ignite/api/host-pod/host-pod';
import { labels } from '../contract/names.ts';
import type { Machine } from '../kinds/machine.ts';

/** The port of the API server of a node, as kubeadm sets it up. */
const apiServerPort = 6_443;

/**
 * Pure. Returns the load balancer of a control plane. A Machine that is being deleted gets no connections, unless there is no other.
 */
export function planBalancer(port: number, machines: readonly Machine[]): Balancer {
  const reachable = machines
    .filter(({ metadata }) => Object.hasOwn(metadata.labels, labels.controlPlane))
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

const addressOf = ({ status }: Machine): string | undefined =>
  status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
