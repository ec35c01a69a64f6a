import { type Condition, type NewCondition, withCondition } from '@ignite/toolkit/object/condition';
import type { Vm, VmStatus } from './vm.ts';
import { hasVmm } from './vm-phase.ts';
import { hasOwnKey } from './has-own-key.ts';

type Facts = Pick<Vm, 'spec' | 'status'>;
type Finding = Pick<NewCondition, 'status' | 'reason' | 'message'>;

/** Pure. Returns the status with the conditions that follow from the rest of it. */
export function withConditions(vm: Facts, now: string): VmStatus {
  const { status } = vm;
  const observedGeneration = status.observedGeneration ?? 0;
  const conditions = Object.entries(findingsOf(vm)).reduce<readonly Condition[]>(
    (before, [type, finding]) => withCondition(before, { type, ...finding, observedGeneration }, now),
    status.conditions ?? [],
  );
  return { ...status, conditions };
}

/** In the order in which they become true. */
const findingsOf = (vm: Facts): Readonly<Record<string, Finding>> => ({
  ImageReady: imageReady(vm),
  KernelReady: kernelReady(vm),
  ...(vm.status.phase === 'Unknown' ? ofSilentHost(vm.status) : ofLife(vm)),
});

const ofLife = (vm: Facts): Readonly<Record<string, Finding>> => ({
  NetworkAttached: networkAttached(vm),
  Booted: booted(vm),
  ...bootstrapped(vm.status),
  Ready: ready(vm),
});

function ofSilentHost({ message = '' }: VmStatus): Readonly<Record<string, Finding>> {
  const finding = { status: 'Unknown', reason: 'HostSilent', message } as const;
  return { NetworkAttached: finding, Booted: finding, Ready: finding };
}

const yes = (reason: string, message: string): Finding => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Finding => ({ status: 'False', reason, message });

function imageReady({ spec, status }: Facts): Finding {
  if (status.image) return yes('Present', status.image.digest);
  return isFailed(status)
    ? no('ImageFailed', status.message ?? spec.image.oci)
    : no('NotYet', `${spec.image.oci} has not been fetched yet`);
}

function kernelReady({ status }: Pick<Vm, 'status'>): Finding {
  if (status.kernel) return yes('Present', status.kernel.version);
  return isFailed(status) && status.image
    ? no('KernelFailed', status.message ?? '')
    : no('NotYet', 'the kernel has not been fetched or built yet');
}

function networkAttached({ status }: Pick<Vm, 'status'>): Finding {
  if (hasVmm({ status })) return yes('Attached', status.network?.ipAddresses.join(', ') ?? '');
  if (status.phase === 'Suspended') return no('Suspended', 'its addresses are kept until it goes on');
  return no(status.phase, 'a VM that is down has no network');
}

function booted({ status }: Pick<Vm, 'status'>): Finding {
  return hasVmm({ status })
    ? yes('Started', status.startTime === undefined ? '' : `at ${status.startTime}`)
    : down(status);
}

/** Nothing is said of a guest that has told nothing, or leaves its user data to cloud-init. */
function bootstrapped({ bootstrap }: VmStatus): Readonly<Record<string, Finding>> {
  if (!bootstrap) return {};
  const { state, output } = bootstrap;
  switch (state) {
    case 'Running':
      return { Bootstrapped: { status: 'Unknown', reason: 'Running', message: output } };
    case 'Done':
      return { Bootstrapped: yes('Done', '') };
    case 'Failed':
      return { Bootstrapped: no('CommandsFailed', output) };
    case 'Refused':
      return { Bootstrapped: no('Refused', output) };
    case 'CloudInit':
      return {};
  }
}

/** A VM is ready when it runs and, if it waits for SSH, its SSH has answered since its start. */
function ready({ spec, status }: Facts): Finding {
  if (status.phase !== 'Running') return down(status);
  if (!hasOwnKey(spec)) return yes('Running', '');
  return status.readyTime === undefined
    ? {
        status: 'Unknown',
        reason: 'SshUnknown',
        message: 'its SSH has not answered yet, or nobody has asked',
      }
    : yes('SshAnswered', `at ${status.readyTime}`);
}

const down = (status: VmStatus): Finding =>
  no(isFailed(status) ? 'StartFailed' : status.phase, status.message ?? '');

const isFailed = ({ phase }: VmStatus): boolean => phase === 'Failed';
