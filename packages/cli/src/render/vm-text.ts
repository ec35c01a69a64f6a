import type { PortMapping } from '@ignite/api/v1/vm-network';
import type { Vm } from '@ignite/api/v1/vm';
import { age } from './age.ts';

/** How a VM is, in the original's words, `Up 8h` and `Stopped`, and with what it ended: `Stopped (3) 5m ago`. */
export function statusText({ status }: Vm, nowMs: number): string {
  const { phase, startTime, exitCode, finishTime } = status;
  if (phase === 'Running') return `Up ${age(startTime, nowMs)}`;
  if (phase !== 'Stopped' || exitCode === undefined) return phase;
  return `Stopped (${exitCode}) ${age(finishTime, nowMs)} ago`;
}

export const portText = ({ bindAddress, hostPort, vmPort, protocol }: PortMapping): string =>
  `${bindAddress ?? '0.0.0.0'}:${hostPort}->${vmPort}/${protocol}`;

export const portsText = (vm: Vm): string => vm.spec.network.ports.map(portText).join(', ');

/** Of a VM that runs: one that is stopped keeps its address for the next start, but nobody answers there. */
export const addressesOf = ({ status }: Vm): readonly string[] =>
  status.phase === 'Running' ? (status.network?.ipAddresses ?? []) : [];

/** The image that its kernel comes from, or the version where it is this host's own. */
export const kernelText = ({ spec, status }: Vm): string => spec.kernel.oci ?? status.kernel?.version ?? '';
