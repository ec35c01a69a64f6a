import type { HostToStore } from '@ignite/engine/tools/hosts/register-host';
import { hostLeaseSeconds } from '@ignite/engine/tools/hosts/host-lease';
import { registerHost, renewHostLease } from '@ignite/engine/tools/hosts/register-host';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';

/** A lease that is renewed so often survives two failures. */
const renewMs = (hostLeaseSeconds * 1_000) / 4;

/**
 * Stores what this host is, and says that it is alive, until `signal` aborts. A host that is alone has nobody to
 * say so to.
 */
export async function keepHost(
  host: HostToStore & Pick<ThisHost, 'isAlone'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  let isRegistered = false;
  while (!signal.aborted) {
    try {
      if (isRegistered) await renewHostLease(host, { signal });
      else await registerHost(host, { signal });
      if (host.isAlone) return;
      isRegistered = true;
    } catch (failure) {
      if (signal.aborted) return;
      log('warning', 'cannot say that this host is alive', { host: host.name, error: errorText(failure) });
      if (hasCode(failure, 'HOST_NAME_TAKEN')) return;
    }
    await host.clock.sleep(renewMs, signal).catch(() => {});
  }
}
