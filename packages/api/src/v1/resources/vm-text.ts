import { age } from '@ignite/toolkit/text/age';
import { formatPortMapping } from '../format-port-mapping.ts';
import { isUp } from '../vm-phase.ts';
import { poolLabel } from '../pool-marks.ts';
import { makingTemplateLabel } from '../template.ts';
import type { Vm } from '../vm.ts';

/**
 * How a VM is, in the original's words, `Up 8h` and `Stopped`, and with what it ended: `Stopped (3) 5m ago`. A VM that waits in a pool
 * for somebody who takes it is told by its pool, as `Up 8h (Pool workers)`, and one that nobody has asked for by what it is for, as
 * `Up 5s (Template)`.
 */
export function statusText({ metadata, status }: Vm, nowMs: number): string {
  const { phase, startTime, exitCode, finishTime } = status;
  switch (phase) {
    case 'Running': {
      return `Up ${age(startTime, nowMs)}${purposeText(metadata.labels)}`;
    }
    case 'Paused':
      return `Up ${age(startTime, nowMs)} (Paused)`;
    case 'Stopped':
    case 'Restarting':
      return exitCode === undefined ? phase : `${phase} (${exitCode}) ${age(finishTime, nowMs)} ago`;
    case 'Created':
    case 'Starting':
    case 'Suspended':
    case 'Stopping':
    case 'Failed':
    case 'Unknown':
      return phase;
  }
}

function purposeText(labels: Vm['metadata']['labels']): string {
  const pool = labels[poolLabel];
  if (pool !== undefined) return ` (Pool ${pool})`;
  return labels[makingTemplateLabel] === undefined ? '' : ' (Template)';
}

export const portsText = (vm: Vm): string => vm.spec.network.ports.map(formatPortMapping).join(', ');

/** Of a VM that runs: one that is stopped keeps its address for the next start, but nobody answers there. */
export const addressesOf = (vm: Vm): readonly string[] =>
  isUp(vm) ? (vm.status.network?.ipAddresses ?? []) : [];

/** The image that its kernel comes from, or the version where it is this host's own. */
export const kernelText = ({ spec, status }: Vm): string => spec.kernel.oci ?? status.kernel?.version ?? '';
