import { exitStatusOf, renderError } from '@ignite/api/render-error';
import { allocatorEnvironment } from '@ignite/api/ignited/allocator-environment';
import type { IgnitedValues } from '@ignite/api/ignited/ignited-settings';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { escaped } from '@ignite/toolkit/text/printable';
import { changedSettings } from './changed-settings.ts';
import { configuredOptions } from './configured-options.ts';
import { HeapAtRest, ownHeap } from './heap-at-rest.ts';
import { repeat } from './repeat.ts';
import { serve } from './serve.ts';
import { ServiceLog } from './service-log.ts';
import { Notifier, takeServiceManager } from './service-manager.ts';

const interrupted = 130;

/** Serves until a signal ends it, and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  let output: ServiceLog | undefined;
  try {
    const manager = takeServiceManager(process.env, process.pid);
    for (const name of Object.keys(allocatorEnvironment)) delete process.env[name];
    const options = await configuredOptions(argv);
    const isTty = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
    const terminal = { write, isTty };
    output = new ServiceLog(terminal, options);
    const notifier = new Notifier(manager, { runner: localRunner, clock: systemClock, log: output.log });
    abort.signal.addEventListener('abort', () => void notifier.tell('STOPPING'));
    // A terminal that is closed ends what runs in it.
    if (!isTty) reloadOnHangup(argv, options.values, { output, notifier });
    const watchdog = notifier.keepWatchdog(abort.signal);
    const collecting = collectAtRest(output, abort.signal);
    const onReady = (): void => void notifier.tell('READY');
    await serve(options, { terminal, output, onReady, listenFd: manager.listenFd }, abort.signal);
    await Promise.all([watchdog, collecting]);
    return 0;
  } catch (failure) {
    if (abort.signal.aborted) return interrupted;
    write(renderError(failure, output?.tells('debug') ?? false));
    return exitStatusOf(failure);
  } finally {
    abort.abort();
  }
}

async function collectAtRest({ log }: ServiceLog, signal: AbortSignal): Promise<void> {
  if (!ownHeap) return;
  const heap = new HeapAtRest(ownHeap);
  const { everyMs } = HeapAtRest;
  const work = async (): Promise<void> => heap.look();
  await repeat(
    { name: 'collecting garbage of JavaScript', everyMs, retryMs: everyMs, work },
    { clock: systemClock, log },
    signal,
  );
}

interface Running {
  readonly output: ServiceLog;
  readonly notifier: Notifier;
}

/** Reads the configuration file again whenever SIGHUP asks for that. A file that is wrong changes nothing. */
function reloadOnHangup(argv: readonly string[], first: IgnitedValues, { output, notifier }: Running): void {
  let values = first;
  const reload = async (): Promise<void> => {
    await notifier.tell('RELOADING');
    try {
      const options = await configuredOptions(argv);
      const { taken, awaitingRestart } = changedSettings(values, options.values);
      values = options.values;
      output.change(options);
      output.log('info', 'the configuration was read again', { changed: taken.join(' ') });
      if (awaitingRestart.length > 0)
        output.log('warning', 'some settings hold after a restart', { settings: awaitingRestart.join(' ') });
    } catch (failure) {
      output.log('error', 'the configuration was not read again', { error: errorText(failure) });
    }
    await notifier.tell('READY');
  };
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading.then(reload);
  });
}

// Text may come from others.
const write = (text: string): void => void process.stderr.write(escaped(text));

process.umask(0o022); // What we make is for others to write to only where that is said, however we were called.
process.stderr.on('error', () => {}); // Nobody reads it any more, which is no reason to stop.
// No await at the top: the bundle is CommonJS.
void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
