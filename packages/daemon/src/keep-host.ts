import type { HostToStore } from '@ignite/engine/tools/hosts/register-host';
import { hostLeaseSeconds } from '@ignite/engine/tools/hosts/host-lease';
import { claimHost, registerHost, renewHostLease } from '@ignite/engine/tools/hosts/register-host';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';

/** A lease that is renewed so often survives two failures. */
const renewMs = (hostLeaseSeconds * 1_000) / 4;

export interface KeptHost extends HostToStore, Pick<ThisHost, 'isAlone'> {
  /** Clears away what was removed elsewhere while others took this host for lost. */
  readonly clear: (signal: AbortSignal) => Promise<void>;
}

/**
 * Stores what this host is, and says that it is alive, until `signal` aborts. A host that is alone has nobody to
 * say so to.
 * @throws CodedError HOST_NAME_TAKEN if another host has the name of this one, and so its VMs
 */
export async function keepHost(host: KeptHost, log: Log, signal: AbortSignal): Promise<void> {
  let isRegistered = false;
  while (!signal.aborted) {
    try {
      if (isRegistered) isRegistered = !(await claimHost(host, { signal }));
      if (isRegistered) await renewHostLease(host, { signal });
      else await registerHost(host, { signal });
      if (host.isAlone) return;
      if (!isRegistered) await host.clear(signal);
      isRegistered = true;
    } catch (failure) {
      if (signal.aborted) return;
      log('warning', 'cannot say that this host is alive', { host: host.name, error: errorText(failure) });
      if (hasCode(failure, 'HOST_NAME_TAKEN')) {
        if (host.isAlone) return;
        throw failure;
      }
    }
    await host.clock.sleep(renewMs, signal).catch(() => {});
  }
}
