import { join } from 'node:path';
import { brokenRecordText } from '@ignite/api/broken-record';
import type { ClientOperation, ProgressEvent } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { LocalClient } from '@ignite/engine/operations/client/local-client';
import type { Paths } from '@ignite/engine/tools/host/paths';
import { podKeeper } from '@ignite/engine/pod/pod-keeper';
import { clearRemovedVms } from '@ignite/engine/vm/lifecycle/clear-removed-vms';
import { recordWhenReady } from '@ignite/engine/vm/lifecycle/record-when-ready';
import { isVmLocked } from '@ignite/engine/tools/store/vm-lock';
import { reconcileUnlessBusy } from '@ignite/engine/vm/lifecycle/reconcile-unless-busy';
import { takeUpRestarts } from '@ignite/engine/vm/lifecycle/take-up-restarts';
import { openEnginePorts } from '@ignite/engine/wire';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import type { Log } from '@ignite/toolkit/log/log';
import { printable } from '@ignite/toolkit/text/printable';
import { runGitops } from './gitops-service.ts';
import { readApiTrust } from './api-trust.ts';
import type { DaemonOptions } from './options.ts';
import type { ServiceLog, Terminal } from './service-log.ts';
import { webhookOptions } from './webhook-options.ts';

/** What the daemon is given by whoever has started it. */
export interface ServeContext {
  readonly terminal: Terminal;
  /** The log, whose level may change meanwhile. */
  readonly output: ServiceLog;
  /** Called once everything is served. */
  readonly onReady: () => void;
  /** The descriptor of a socket that is to be the one of the API. */
  readonly listenFd: number | undefined;
}

/** The composition root of the daemon. It serves until `signal` aborts. */
export async function serve(
  options: DaemonOptions,
  { terminal, output, onReady, listenFd }: ServeContext,
  signal: AbortSignal,
): Promise<void> {
  const { dataDir, runDir, store: shared, nodeLabels, apiSocket, apiAddress, clusters, sandboxes } = options;
  const { log } = output;
  const { 'api-socket': path } = options.values;
  if (listenFd !== undefined && path !== undefined)
    log('warning', 'api.socket has no effect: the API is served where ListenStream= of systemd says', {
      path,
    });
  const paths: Paths = { dataDir, runDir };
  const line = (text: string): void => terminal.write(`${printable(text)}\n`);
  const ports = await openEnginePorts({
    paths,
    env: { ...process.env, ...(shared !== undefined && { IGNITE_STORE: shared }) },
    settleCommand: settleCommand(paths),
    trace: {
      tell: (text) => {
        if (output.tells('debug')) line(`debug: ${text}`);
      },
      output: () => output.tells('trace'),
    },
    onBroken: (broken) => {
      if (output.tells('warn')) line(`warning: ${brokenRecordText(broken)}`);
    },
  });
  await using client = new LocalClient(ports);
  const { administration, self } = ports;
  const webhook = await webhookOptions(options);
  const apiTrust = await readApiTrust(options.trust);
  const management = options.management && {
    access: await readKubeconfig(options.management.kubeconfigFile),
    allow: options.management.allow,
  };
  const served = {
    paths,
    administration,
    self,
    engines: client,
    client,
    isVmBusy: (uid: string) => isVmLocked(uid, paths),
    reconcileVm: (uid: string, op: ClientOperation) => reconcileUnlessBusy(uid, ports, op),
    clearRemovedVms: (until: AbortSignal) =>
      clearRemovedVms(ports, { signal: until, report: warningsTo(log) }),
    recordWhenReady: (vm: Vm, until: AbortSignal) => recordWhenReady(vm, ports, until),
    keepPool: (pool: WarmPool, until: AbortSignal) =>
      client.pools.keep(pool, { signal: until, report: warningsTo(log) }),
    pods: podKeeper(ports, warningsTo(log)),
    nodeLabels,
    clusters,
    sandboxes,
    apiTrust,
    log,
    onReady,
    ...(listenFd !== undefined && { listenFd }),
    ...(apiSocket !== undefined && { apiSocket }),
    ...(apiAddress && { apiAddress }),
    ...(webhook && { webhook }),
    ...(management && { management }),
  };
  try {
    await runGitops(served, signal);
  } finally {
    await takeUpRestarts(ports);
  }
}

/** Returns what logs the warnings of an operation, and nothing else of it. */
const warningsTo =
  (log: Log) =>
  (event: ProgressEvent): void => {
    if (event.kind === 'warning') log('warning', event.message, {});
  };

/** The command line of "ignite", beside which this program is installed, that cleans up after a VM. */
function settleCommand({ dataDir, runDir }: Paths): readonly string[] {
  const isBundled = import.meta.filename.endsWith('.cjs');
  const ignite = join(import.meta.dirname, isBundled ? 'ignite.cjs' : '../../cli/src/main.ts');
  const directories = [`--data-dir=${dataDir}`, `--run-dir=${runDir}`];
  return [process.execPath, ...process.execArgv, ignite, ...directories, 'settle'];
}
