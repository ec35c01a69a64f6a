import { fstatSync } from 'node:fs';
import { assertArity } from './arguments/assert-arity.ts';
import { completedPath } from '@ignite/toolkit/process/system-path';
import { logLevelOf, tells } from './arguments/log-level.ts';
import { namespaceOf } from './arguments/namespace.ts';
import { type CommandLine, parseCommandLine } from './arguments/parse-command-line.ts';
import { commandSource } from './commands/command-source.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

const interrupted = 130;
/** 1:3, as Linux numbers /dev/null (its Documentation/admin-guide/devices.txt). */
const nullDevice = 0x103;

/** Runs one command line and returns its exit status: 0, 1 for a failure, 2 for what was refused, or the guest's own. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let isDebugged = false;
  try {
    const words = argv.join(' ') === '--version' ? ['version'] : argv;
    const line = await parseCommandLine(words, commandSource);
    isDebugged = tells(logLevelOf(line.flags), 'debug');
    return await runCommand(line, io, abort.signal);
  } catch (failure) {
    if (abort.signal.aborted) return interrupted;
    const { renderError, exitStatusOf } = await import('@ignite/api/render-error');
    io.err.write(renderError(failure, isDebugged));
    return exitStatusOf(failure);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function runCommand(line: CommandLine, io: Io, signal: AbortSignal): Promise<number> {
  const { command, name, flags, args, rest } = line;
  if (!command || flags.isSet('help')) {
    const { helpAbout, styleOf } = await import('./commands/help/help.ts');
    io.out.write(Buffer.from(await helpAbout(name, styleOf(io)))); // all of it is ours
    return 0;
  }
  assertArity(command, args);
  const namespace = namespaceOf(command.flags, flags, io.env);
  const named =
    namespace === undefined || args.length === 0
      ? args
      : (await import('./arguments/namespaced-arguments.ts')).namespacedArguments(
          namespace,
          command.arguments,
          args,
        );
  return await command.run({ flags, args: named, rest, namespace, io, signal });
}

const io: Io = {
  out: new Output(1),
  err: new Output(2),
  get isTty() {
    return process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  },
  get isColoured() {
    return process.stdout.isTTY && process.env['TERM'] !== 'dumb' && !process.env['NO_COLOR'];
  },
  get width() {
    // Node's stream, which knows the width, is slow to make: who has a pipe or a file shall not wait for it.
    const { rdev } = fstatSync(1);
    return rdev === 0 || rdev === nullDevice ? undefined : process.stdout.columns || undefined; // 0: it does not know
  },
  env: process.env,
};

/** Runs the command line of this process. In the bundle, workers load this file too, for what they share with the program. */
export function runProgram(): void {
  // What we make is for others to write to only where that is said, however we were called.
  process.umask(0o022);
  process.env['PATH'] = completedPath(process.env['PATH']);
  void main(process.argv.slice(2), io).then((code) => (process.exitCode = code));
}
