import type { Vm } from '@ignite/api/v1/vm';
import { ofSilentHost } from '@ignite/api/v1/of-silent-host';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { isOwn } from '../../tools/store/own-vms.ts';
import { type HostSight, withTruePhase } from './liveness.ts';

/** What is known at a moment about the hosts. */
export interface Sight extends HostSight {
  readonly self: ThisHost;
  /** The names of the hosts that renew their leases. */
  readonly alive: ReadonlySet<string>;
  /** Adds what the guest of an own VM has told since its status was recorded. */
  readonly withBootstrap: (vm: Vm) => Vm;
}

/**
 * Returns a VM as this host sees it, with conditions that say the same. Of its own VMs it knows the true
 * phase. Of others it knows what their hosts have recorded, for as long as they are alive.
 */
export function seenVm(vm: Vm, sight: Sight): Vm {
  const now = new Date(sight.nowMs).toISOString();
  if (!isOwn(vm, sight.self)) {
    const { hostName } = vm.spec;
    return hostName === undefined || sight.alive.has(hostName) ? vm : ofSilentHost(vm, hostName, now);
  }
  const shown = sight.withBootstrap(withTruePhase(vm, sight));
  return shown === vm ? vm : { ...shown, status: withConditions(shown, now) };
}
