import type { ClientOperation } from '@ignite/api/client/progress';
import { namingTimings } from '@ignite/api/client/naming-timings';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { Log } from '@ignite/toolkit/log/log';
import { isServed } from '../../tools/host/served-host.ts';
import { isOwn } from '../../tools/store/own-vms.ts';
import { isVmLocked } from '../../tools/store/vm-lock.ts';
import type { VmPorts } from '../vm-ports.ts';
import { controlVms } from './control-vms.ts';
import { reconcileUnlessBusy } from './reconcile-unless-busy.ts';
import { recordWhenReady } from './record-when-ready.ts';

const servedMs = 5_000;

/** Those who are told what fails, and how long the steps of each VM take. */
export interface Telling {
  readonly log: Log;
  readonly report: ClientOperation['report'];
}

/**
 * Makes the VMs of this host what their objects say, until `signal` aborts: for commands whose wishes others turn into VMs.
 * While ignited serves the host, it does so itself.
 */
export async function controlOwnVms(
  host: VmPorts,
  { log, report }: Telling,
  signal: AbortSignal,
): Promise<void> {
  const { clock, objects, paths, self } = host;
  while (!signal.aborted && isServed(paths)) await clock.sleep(servedMs, signal).catch(() => {});
  if (signal.aborted) return;
  const vms = new Informer(new KindClient(objects, vmKind), clock, log);
  const nameOf = (uid: string): string =>
    vms.list().find(({ metadata }) => metadata.uid === uid)?.metadata.name ?? uid;
  const controlled = controlVms(
    {
      vms,
      isOwn: (vm) => isOwn(vm, self),
      isBusy: (uid) => isVmLocked(uid, paths),
      reconcile: async (uid, until) =>
        await reconcileUnlessBusy(uid, host, { signal: until, report: namingTimings(nameOf(uid), report) }),
      recordWhenReady: async (vm, until) => await recordWhenReady(vm, host, until),
      clock,
      log,
    },
    signal,
  );
  await Promise.all([controlled, vms.run(signal)]);
}
