import { once } from 'node:events';
import { connect } from 'node:net';
import type { Invocation } from '../../arguments/command.ts';
import { DetachKeys } from './detach-keys.ts';

/**
 * Connects our terminal or our piped standard input with a VM's console, until the console closes or the user
 * detaches.
 */
export async function attachConsole(
  path: string,
  { io, signal, showOutput = true }: Invocation & { readonly showOutput?: boolean },
): Promise<'ended' | 'detached'> {
  const socket = connect(path);
  await once(socket, 'connect', { signal });
  const { promise, resolve } = Promise.withResolvers<'ended' | 'detached'>();
  const keys = new DetachKeys();
  const onInput = (typed: Buffer): void => {
    if (keys.areIn(typed)) resolve('detached');
    else socket.write(typed);
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
