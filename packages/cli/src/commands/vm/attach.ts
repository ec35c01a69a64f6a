import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Vm } from '@ignite/api/v1/vm';
import type { LocalClient } from '@ignite/engine/client/local-client';
import type { Command, Invocation } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { TypedInput } from './typed-input.ts';

const ctrlP = 0x10;
const ctrlQ = 0x11;
const detachedLine = '\nDetached\n';

export const attach: Command = {
  name: 'attach',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Attach to the console of a VM; ^P^Q detaches',
  examples: ['ignite attach my-vm'],
  flags: {},
  run: (invocation) =>
    withClient(invocation, async (client) => {
      const socket = await client.vms.consoleSocket(invocation.args[0]!, invocation.signal);
      invocation.io.err.write('Attached; ^P^Q detaches.\n');
      if ((await attachConsole(socket, invocation)) === 'detached') invocation.io.err.write(detachedLine);
      return 0;
    }),
};

/** Shows the console from the VM's first line on; resolves with the VM's exit code, or 0 when the user detaches. */
export async function attachUntilEnd(vm: Vm, client: LocalClient, invocation: Invocation): Promise<number> {
  const { uid } = vm.metadata;
  const detached = new AbortController();
  const signal = AbortSignal.any([invocation.signal, detached.signal]);
  const input = inputTo(vm, client, { ...invocation, signal }).catch(() => 'ended' as const); // a VM may be done before anyone could type
  const show = async () => {
    for await (const part of client.vms.logs(uid, { follow: true }, signal)) invocation.io.out.write(part);
    return 'ended' as const;
  };
  const shown = show();
  const how = await Promise.race([shown, input.then((ended) => (ended === 'detached' ? ended : shown))]);
  invocation.signal.throwIfAborted();
  if (how === 'ended') {
    const { exitCode = 255 } = (await client.vms.wait(uid, signal)).status;
    detached.abort(); // whoever writes to us may go on for ever
    return exitCode;
  }
  detached.abort();
  await shown.catch(() => {}); // which was to end
  invocation.io.err.write(detachedLine);
  return 0;
}

async function inputTo(vm: Vm, client: LocalClient, invocation: Invocation): Promise<'ended' | 'detached'> {
  const { uid } = vm.metadata;
  const runsEntrypoint = vm.spec.command !== undefined || vm.status.image?.bootMode === 'entrypoint';
  if (process.stdin.isTTY || !runsEntrypoint) {
    const socket = await client.vms.consoleSocket(uid, invocation.signal);
    return await attachConsole(socket, { ...invocation, showOutput: false });
  }
  await client.vms.untilHandedOver(uid, invocation.signal);
  return await pipeInput(await client.vms.consoleSocket(uid, invocation.signal), invocation.signal);
}

/** Resolves once the VM has ended; its entrypoint may have much to do when it has read all. */
async function pipeInput(path: string, signal: AbortSignal): Promise<'ended'> {
  const socket = connect(path).resume(); // whose output is shown from the log
  const input = new TypedInput();
  const typed = pipeline(
    process.stdin,
    async function* (parts: AsyncIterable<Buffer>) {
      for await (const part of parts) yield input.type(part);
      yield input.end();
    },
    socket,
    { signal, end: false },
  );
  await Promise.all([typed, once(socket, 'close', { signal })]);
  return 'ended';
}

async function attachConsole(
  path: string,
  { io, signal, showOutput = true }: Invocation & { readonly showOutput?: boolean },
): Promise<'ended' | 'detached'> {
  const socket = connect(path);
  await once(socket, 'connect', { signal });
  const { promise, resolve } = Promise.withResolvers<'ended' | 'detached'>();
  let last = 0;
  const onInput = (typed: Buffer): void => {
    for (const byte of typed) {
      if (last === ctrlP && byte === ctrlQ) return resolve('detached');
      last = byte;
    }
    socket.write(typed);
  };
  socket.once('close', () => resolve('ended'));
  socket.once('error', () => resolve('ended'));
  socket.on('data', (part) => showOutput && io.out.write(part));
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', onInput);
  signal.addEventListener('abort', () => resolve('detached'), { once: true });
  try {
    return await promise;
  } finally {
    stdin.off('data', onInput).pause();
    if (stdin.isTTY) stdin.setRawMode(false);
    socket.destroy();
  }
}
