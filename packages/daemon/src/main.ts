import { exitStatusOf, renderError } from '@ignite/api/render-error';
import { escaped } from '@ignite/toolkit/text/printable';
import { type LogLevel, parseOptions, tells } from './options.ts';
import { serve } from './serve.ts';

const interrupted = 130;

/** Serves until a signal ends it, and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  let logLevel: LogLevel = 'info';
  try {
    const options = parseOptions(argv);
    logLevel = options.logLevel;
    const isTty = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
    await serve(options, { write, isTty }, abort.signal);
    return 0;
  } catch (failure) {
    if (abort.signal.aborted) return interrupted;
    write(renderError(failure, tells(logLevel, 'debug')));
    return exitStatusOf(failure);
  }
}

// Text may come from others.
const write = (text: string): void => void process.stderr.write(escaped(text));

process.umask(0o022); // What we make is for others to write to only where that is said, however we were called.
process.stderr.on('error', () => {}); // Nobody reads it any more, which is no reason to stop.
// No await at the top: the bundle is CommonJS.
void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
