import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { usageError } from '../arguments/usage-error.ts';

/** Has a file written, which appears whole or not at all; without a name, or with `-`, standard output. */
export async function writeWhole(
  file: string | undefined,
  write: (output: Writable) => Promise<void>,
): Promise<void> {
  if (file === undefined || file === '-') {
    if (process.stdout.isTTY)
      throw usageError('an archive is not for a terminal', 'name a file with -o, or pipe it');
    return await write(process.stdout);
  }
  const draft = `${file}.draft-${process.pid}`;
  try {
    const output = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
    await write(output);
    output.end();
    await finished(output);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
