import type { Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { documentFormatOf, printDocument } from '../../render/objects.ts';
import { printable } from '@ignite/toolkit/text/printable';

/** The files that a VM has added, changed and deleted since it was made of its image. */
export async function printFileChanges(invocation: Invocation): Promise<number> {
  const { flags, args, io } = invocation;
  if (flags.list('filename').length > 0)
    throw usageError('-f and a VM cannot be used together', 'use -f FILE, or the name of a VM');
  const changes = await withClient(invocation, (client, op) => client.changes.list(args[0]!, op));
  const format = documentFormatOf(flags);
  if (format !== undefined) await printDocument(changes, format, io);
  else io.out.write(changes.map(({ kind, path }) => `${kind} ${printable(path)}\n`).join(''));
  return 0;
}
