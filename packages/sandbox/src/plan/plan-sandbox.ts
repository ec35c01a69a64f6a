import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { isUp } from '@ignite/api/v1/vm-phase';
import {
  type Condition,
  type NewCondition,
  isTrue,
  withCondition,
  withoutCondition,
} from '@ignite/toolkit/object/condition';
import type { Sandbox, SandboxStatus } from '../kinds/sandbox.ts';
import { isControlledBy, isLeaving } from './owner.ts';
import { planVmSpec } from './plan-vm-spec.ts';

/** Names, in a VM, the Sandbox that has it. */
export const sandboxLabel = 'agents.x-k8s.io/sandbox-name';

export type SandboxAction =
  | { readonly kind: 'none' | 'delete-vm' | 'delete-sandbox' }
  | { readonly kind: 'create-vm'; readonly spec: Readonly<Record<string, unknown>> }
  | { readonly kind: 'set-power'; readonly power: Sandbox['spec']['operatingMode'] };

export interface SandboxPlan {
  readonly action: SandboxAction;
  readonly status: SandboxStatus;
  /** The time until the sandbox expires, in milliseconds. */
  readonly lookAgainMs?: number;
}

type Finding = Pick<NewCondition, 'status' | 'reason' | 'message'>;
type Findings = Readonly<Record<'Ready', Finding>> &
  Readonly<Partial<Record<'Suspended' | 'Finished', Finding>>>;

const none = { kind: 'none' } as const;
const no = (reason: string, message: string): Finding => ({ status: 'False', reason, message });
const yes = (reason: string, message: string): Finding => ({ status: 'True', reason, message });

/**
 * Pure. Plans what becomes of a Sandbox. `vm` is the VM of its name, whoever has made it. `refusal` tells why the VM that it
 * describes could not be created.
 */
export function planSandbox(
  sandbox: Sandbox,
  vm: Vm | undefined,
  nowMs: number,
  refusal?: string,
): SandboxPlan {
  const { operatingMode: power, shutdownTime, shutdownPolicy } = sandbox.spec;
  const isOwn = vm !== undefined && isControlledBy(vm, sandbox);
  const leftMs = shutdownTime === undefined ? Infinity : Date.parse(shutdownTime) - nowMs;
  const as = (action: SandboxAction, findings: Findings): SandboxPlan => ({
    action,
    status: statusOf(sandbox, isOwn ? vm : undefined, findings, nowMs),
    ...(leftMs > 0 && leftMs < Infinity && { lookAgainMs: leftMs }),
  });
  if (leftMs <= 0) {
    const expired = { Ready: no('SandboxExpired', `it has expired at ${shutdownTime}`) };
    if (isOwn) return as(isLeaving(vm) ? none : { kind: 'delete-vm' }, expired);
    return as(shutdownPolicy === 'Delete' ? { kind: 'delete-sandbox' } : none, expired);
  }
  const wanted = planVmSpec(sandbox.spec);
  if (!vm && refusal !== undefined) return as(none, { Ready: notReady(refusal) });
  if (!vm) {
    if (wanted.kind === 'unfit') return as(none, { Ready: notReady(wanted.reasons.join('; ')) });
    const spec = { ...wanted.spec, power: 'Running' };
    return as({ kind: 'create-vm', spec }, { Ready: notReady('the VM is being made') });
  }
  if (!isOwn) return as(none, { Ready: notReady('there is a VM of that name, which is not its own') });
  if (isLeaving(vm)) return as(none, { Ready: notReady('the VM is being removed') });
  return as(vm.spec.power === power ? none : { kind: 'set-power', power }, findingsOf(sandbox, vm));
}

const notReady = (message: string): Finding => no('DependenciesNotReady', message);

function findingsOf({ spec: { operatingMode } }: Sandbox, { status }: Vm): Findings {
  const { phase, exitCode, message = '' } = status;
  if (operatingMode === 'Suspended') {
    const isDown = phase === 'Suspended' || phase === 'Stopped';
    return {
      Ready: no('SandboxSuspended', 'somebody wants it to be suspended'),
      Suspended: isDown
        ? yes('PodTerminated', 'the VM is suspended, and its memory is kept')
        : no('PodNotTerminated', `the VM is ${phase}`),
    };
  }
  if (phase === 'Stopped') {
    const told = exitCode === undefined ? 'the VM has ended' : `the VM has ended with exit code ${exitCode}`;
    return {
      Ready: notReady(told),
      Finished: yes(exitCode === 0 ? 'PodSucceeded' : 'PodFailed', told),
    };
  }
  const isReady = phase === 'Running' && isTrue(status.conditions ?? [], 'Ready');
  return {
    Ready: isReady
      ? yes('DependenciesReady', 'the VM runs')
      : notReady(message === '' ? `the VM is ${phase}` : message),
  };
}

function statusOf(sandbox: Sandbox, vm: Vm | undefined, findings: Findings, nowMs: number): SandboxStatus {
  const { metadata, spec, status: before = {} } = sandbox;
  const now = new Date(nowMs).toISOString();
  const { generation: observedGeneration } = metadata;
  const conditions = (['Ready', 'Suspended', 'Finished'] as const).reduce<readonly Condition[]>(
    (all, type) => {
      const finding = findings[type];
      return finding
        ? withCondition(all, { type, ...finding, observedGeneration }, now)
        : withoutCondition(all, type);
    },
    before.conditions ?? [],
  );
  return {
    conditions,
    selector: `${sandboxLabel}=${metadata.name}`,
    ...(spec.service !== false && { service: metadata.name, serviceFQDN: nameOnHost(metadata) }),
    ...(vm && isUp(vm) && { podIPs: vm.status.network?.ipAddresses ?? [] }),
    ...(vm?.spec.hostName !== undefined && { nodeName: vm.spec.hostName }),
  };
}
