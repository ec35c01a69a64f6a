import { once } from 'node:events';
import { connect } from 'node:net';
import type { Vm } from '@ignite/api/v1/vm';
import type { LocalClient } from '@ignite/engine/client/local-client';
import type { Command, Invocation } from '../arguments/command.ts';
import { withClient } from '../context.ts';

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
export async function attachUntilEnd(
  { metadata: { uid } }: Vm,
  client: LocalClient,
  invocation: Invocation,
): Promise<number> {
  const detached = new AbortController();
  const signal = AbortSignal.any([invocation.signal, detached.signal]);
  const input = client.vms
    .consoleSocket(uid, signal)
    .then((socket) => attachConsole(socket, { ...invocation, showOutput: false }))
    .catch(() => 'ended' as const); // a VM may be done before anyone could type
  const show = async () => {
    for await (const part of client.vms.logs(uid, { follow: true }, signal)) invocation.io.out.write(part);
    return 'ended' as const;
  };
  const shown = show();
  const how = await Promise.race([shown, input.then((ended) => (ended === 'detached' ? ended : shown))]);
  invocation.signal.throwIfAborted();
  if (how === 'ended') return (await client.vms.wait(uid, signal)).status.exitCode ?? 255;
  detached.abort();
  await shown.catch(() => {}); // which was to end
  invocation.io.err.write(detachedLine);
  return 0;
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
