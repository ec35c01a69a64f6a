import type { Vm } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { isOwn } from '../../tools/store/own-vms.ts';
import { type HostSight, withTruePhase } from './liveness.ts';

/** What is known at a moment about the hosts. */
export interface Sight extends HostSight {
  readonly self: ThisHost;
  /** The names of the hosts that renew their leases. */
  readonly alive: ReadonlySet<string>;
}

/**
 * Returns a VM as this host sees it, with conditions that say the same. Of its own VMs it knows the true
 * phase. Of others it knows what their hosts have recorded, for as long as they are alive.
 */
export function seenVm(vm: Vm, sight: Sight): Vm {
  const shown = isOwn(vm, sight.self) ? withTruePhase(vm, sight) : withRecordedPhase(vm, sight.alive);
  return shown === vm ? vm : { ...shown, status: withConditions(shown, new Date(sight.nowMs).toISOString()) };
}

function withRecordedPhase(vm: Vm, alive: ReadonlySet<string>): Vm {
  const { hostName } = vm.spec;
  if (hostName === undefined || alive.has(hostName)) return vm;
  const message = `host "${hostName}" does not renew its lease`;
  return { ...vm, status: { ...vm.status, phase: 'Unknown', message } };
}
