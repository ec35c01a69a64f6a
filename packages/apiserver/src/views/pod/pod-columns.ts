import { age } from '@ignite/toolkit/text/age';
import { type TableColumn, nameColumn } from '../../resource/table-column.ts';
import { viewColumns } from '../view-columns.ts';
import type { ContainerStatus } from './container-status.ts';
import type { Pod } from './pod-of-vm.ts';

const containerOf = ({ status }: Pod): ContainerStatus => status.containerStatuses[0]!;

/** How a Pod is in one word: how its container is, if that says more than the phase. */
function statusText({ metadata, status }: Pod): string {
  const { phase, reason = phase } = status;
  if (metadata.deletionTimestamp !== undefined && phase !== 'Succeeded' && phase !== 'Failed')
    return 'Terminating';
  if (phase === 'Unknown') return 'Unknown';
  const { state } = containerOf({ metadata, status } as Pod);
  if ('waiting' in state) return state.waiting.reason;
  return 'terminated' in state ? state.terminated.reason : reason;
}

function restartsText(pod: Pod, nowMs: number): string {
  const { restartCount, lastState } = containerOf(pod);
  const finishedAt = lastState.terminated?.finishedAt;
  return restartCount > 0 && finishedAt !== undefined
    ? `${restartCount} (${age(finishedAt, nowMs)} ago)`
    : String(restartCount);
}

/** The columns that Kubernetes has for Pods. */
export const podColumns: readonly TableColumn[] = [
  nameColumn,
  ...viewColumns<Pod>([
    { name: 'Ready', cell: (pod) => `${containerOf(pod).ready ? 1 : 0}/1` },
    { name: 'Status', cell: statusText },
    { name: 'Restarts', cell: restartsText },
    { name: 'Age', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
    { name: 'IP', wide: true, cell: ({ status }) => status.podIP ?? '<none>' },
    { name: 'Node', wide: true, cell: ({ spec }) => spec.nodeName ?? '<none>' },
    { name: 'Nominated Node', wide: true, cell: () => '<none>' },
    { name: 'Readiness Gates', wide: true, cell: () => '<none>' },
  ]),
];
