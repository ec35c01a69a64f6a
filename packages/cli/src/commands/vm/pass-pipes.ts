import type { ExecSession } from '@ignite/api/client/vm-streams';
import type { Io } from '../../io.ts';

/** Connects our standard streams with those of a program in a guest, and resolves with its exit status. */
export async function passPipes(
  { stdin: input, stdout, stderr, exitStatus }: ExecSession & { readonly kind: 'piped' },
  { out, err }: Pick<Io, 'out' | 'err'>,
): Promise<number> {
  const { stdin } = process;
  stdin.pipe(input);
  stdout.on('data', (part: Buffer) => out.write(part));
  stderr.on('data', (part: Buffer) => err.write(part));
  try {
    return await exitStatus;
  } finally {
    stdin.unpipe(input).pause();
  }
}
