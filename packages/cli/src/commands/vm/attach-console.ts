import type { Duplex } from 'node:stream';
import type { Invocation } from '../../arguments/command.ts';
import { DetachKeys } from './detach-keys.ts';

/**
 * Connects our terminal or our piped standard input with a VM's console, until the console closes or the user
 * detaches.
 */
export async function attachConsole(
  console: Duplex,
  { io, signal, showOutput = true }: Invocation & { readonly showOutput?: boolean },
): Promise<'ended' | 'detached'> {
  const { promise, resolve } = Promise.withResolvers<'ended' | 'detached'>();
  const keys = new DetachKeys();
  const onInput = (typed: Buffer): void => {
    if (keys.areIn(typed)) resolve('detached');
    else console.write(typed);
  };
  console.once('close', () => resolve('ended'));
  console.once('error', () => resolve('ended'));
  console.on('data', (part) => showOutput && io.out.write(part));
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', onInput);
  signal.addEventListener('abort', () => resolve('detached'), { once: true });
  try {
    return await promise;
  } finally {
    stdin.off('data', onInput).pause();
    if (stdin.isTTY) stdin.setRawMode(false);
    console.destroy();
  }
}
