import type { Vm, VmStatus } from '@ignite/api/v1/vm';

/** The one container of a Pod that shows a VM. */
export const vmContainer = 'vm';

/** What the container of a Pod does (Kubernetes: ContainerState). */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt?: string } }
  | { readonly terminated: Terminated };

interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly finishedAt?: string;
}

/** How the container of a Pod is (Kubernetes: ContainerStatus). */
export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: Partial<Extract<ContainerState, { readonly terminated: unknown }>>;
}

/** The exit code of what has ended and left none: its host went down with it, say. */
const unknownExitCode = 255;

/** Pure. Returns the state of a VM as that of a container. */
export function containerStatusOf({ metadata, spec, status }: Vm, isReady: boolean): ContainerStatus {
  const state = stateOf({ spec, status });
  return {
    name: vmContainer,
    image: spec.image.oci,
    imageID: status.image?.digest ?? '',
    ...(status.image && { containerID: `ignite://${metadata.uid}` }),
    ready: isReady,
    started: 'running' in state,
    restartCount: status.restarts?.count ?? 0,
    state,
    lastState: lastStateOf(status),
  };
}

function stateOf({ spec, status }: Pick<Vm, 'spec' | 'status'>): ContainerState {
  const { phase, startTime, message } = status;
  const why = message !== undefined && { message };
  switch (phase) {
    case 'Created':
      return { waiting: { reason: spec.power === 'Stopped' ? 'Created' : 'ContainerCreating' } };
    case 'Starting':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'Running':
    case 'Paused':
    case 'Stopping':
      return { running: { ...(startTime !== undefined && { startedAt: startTime }) } };
    case 'Suspended':
      return { waiting: { reason: 'Suspended', ...why } };
    case 'Restarting':
      return { waiting: { reason: 'CrashLoopBackOff', message: backOffText(status) } };
    case 'Failed':
      return { waiting: { reason: failureReason(status), ...why } };
    case 'Unknown':
      return { waiting: { reason: 'HostSilent', ...why } };
    case 'Stopped':
      return { terminated: endOf(status, status.exitCode) };
  }
}

function lastStateOf(status: VmStatus): ContainerStatus['lastState'] {
  const exit = status.restarts?.lastExit;
  if (!exit) return {};
  const { exitCode, message } = exit;
  return { terminated: { ...endOf(status, exitCode), ...(message !== undefined && { message }) } };
}

function endOf({ phase, finishTime }: VmStatus, exitCode: number | undefined): Terminated {
  const isKnown = finishTime !== undefined && (phase === 'Stopped' || phase === 'Restarting');
  return {
    exitCode: exitCode ?? unknownExitCode,
    reason: exitCode === undefined ? 'Unknown' : exitCode === 0 ? 'Completed' : 'Error',
    ...(isKnown && { finishedAt: finishTime }),
  };
}

const backOffText = ({ restarts }: VmStatus): string =>
  restarts?.nextTime === undefined
    ? 'the VM is about to be started again'
    : `the VM is started again at ${restarts.nextTime}`;

/** The reason of the condition that tells what has failed. */
const failureReason = ({ conditions = [] }: VmStatus): string =>
  conditions.find(({ status, reason }) => status === 'False' && /.Failed$/.test(reason))?.reason ??
  'StartFailed';
