import type { ClientOperation } from '@ignite/api/client/progress';
import { namingTimings } from '@ignite/api/client/naming-timings';
import type { VmPorts } from '../vm/vm-ports.ts';
import type { PodKeeper } from './control-host-pods.ts';
import { reconcilePod, removePod } from './reconcile-pod.ts';

/** Keeps the pods of this host. */
export const podKeeper = (host: VmPorts, report: ClientOperation['report']): PodKeeper => ({
  reconcile: (pod, client, signal) =>
    reconcilePod(pod, { ...host, client }, { signal, report: namingTimings(pod.metadata.name, report) }),
  remove: ({ metadata, spec }, _client, signal) => removePod(metadata.uid, spec.programs, host, signal),
});
