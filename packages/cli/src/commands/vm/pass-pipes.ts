import type { ExecSession } from '@ignite/api/client/vm-streams';
import type { Io } from '../../io.ts';
import { followWindow } from './follow-window.ts';

/**
 * Connects our standard streams with those of a program in a guest, and resolves with its exit status. What is typed goes to
 * the program's terminal, if it has one, and not to ours.
 */
export async function passPipes(
  { stdin: input, stdout, stderr, resize, exitStatus }: ExecSession & { readonly kind: 'piped' },
  { out, err }: Pick<Io, 'out' | 'err'>,
  isTerminal: boolean,
): Promise<number> {
  const { stdin } = process;
  const isRaw = isTerminal && stdin.isTTY;
  if (isRaw) stdin.setRawMode(true);
  using _window = isTerminal && process.stdout.isTTY ? followWindow(resize) : undefined;
  stdin.pipe(input);
  stdout.on('data', (part: Buffer) => out.write(part));
  stderr.on('data', (part: Buffer) => err.write(part));
  try {
    return await exitStatus;
  } finally {
    stdin.unpipe(input).pause();
    if (isRaw) stdin.setRawMode(false);
  }
}
