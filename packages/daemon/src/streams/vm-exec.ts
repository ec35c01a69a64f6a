import { pipeline } from 'node:stream/promises';
import type { WindowSize } from '@ignite/api/client/vm-streams';
import type { CommandConnector, CommandRequest, CommandStreams } from '@ignite/apiserver/resource/connector';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { shellWord } from '@ignite/toolkit/text/shell-word';
import { type VmSource, checkRunning, connectedVm, toldPlainly } from './connected-vm.ts';

/** The time in which a VM must answer, and in which a client tells the size of its terminal, in milliseconds. */
const [answerMs, sizeMs] = [60_000, 1_000];
const usualSize: WindowSize = { rows: 24, columns: 80 };

/** Runs commands in a VM. */
export const vmExec = (source: VmSource): CommandConnector => ({
  kind: 'command',
  open: async (target, request, signal) => {
    if (request.command.length === 0) throw badRequest('you must specify at least one command');
    const vm = await connectedVm(target, source, { container: request.container, signal });
    checkRunning(vm);
    return async (streams, until) => await run(vm.metadata.uid, source, { request, streams, signal: until });
  },
});

interface Run {
  readonly request: CommandRequest;
  readonly streams: CommandStreams;
  readonly signal: AbortSignal;
}

async function run(uid: string, { vms }: VmSource, { request, streams, signal }: Run): Promise<number> {
  const size = request.tty ? await sizeOf(streams, signal) : undefined;
  const wanted = {
    line: request.command.map(shellWord).join(' '),
    streams: { kind: 'piped', ...(size && { terminal: size }) },
    timeoutMs: answerMs,
  } as const;
  const session = await toldPlainly(vms.exec(uid, wanted, { signal, report: () => {} }));
  if (session.kind !== 'piped') throw new Error('a session has no pipes');
  const { stdin, stdout, stderr, resize } = session;
  if (size) streams.terminal.follow((next) => next !== size && resize(next));
  if (streams.stdin)
    pipeline(streams.stdin, stdin).catch(() => {}); // a program need not read its input
  else stdin.end();
  const outputs = [
    streams.stdout ? pipeline(stdout, streams.stdout) : void stdout.resume(),
    streams.stderr ? pipeline(stderr, streams.stderr) : void stderr.resume(),
  ];
  const [status] = await Promise.all([session.exitStatus, ...outputs]);
  return status;
}

/** Returns the size of the client's terminal. Kubectl tells it at once. */
async function sizeOf({ terminal }: CommandStreams, signal: AbortSignal): Promise<WindowSize> {
  const { promise, resolve } = Promise.withResolvers<WindowSize>();
  terminal.follow(resolve);
  const late = AbortSignal.any([signal, AbortSignal.timeout(sizeMs)]);
  late.addEventListener('abort', () => resolve(usualSize), { once: true });
  return await promise;
}
