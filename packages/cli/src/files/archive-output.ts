import { lstat, open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileFault } from './file-fault.ts';
import { usageError } from '../arguments/usage-error.ts';

type Write = (output: Writable) => Promise<void>;

/**
 * Has an archive written to a file, which appears whole or not at all; what is there and no plain file, such as a pipe or
 * /dev/stdout, is written to as it is. Without a name, or with `-`, to standard output.
 * @throws CodedError USAGE_INVALID
 */
export async function writeArchive(file: string | undefined, write: Write): Promise<void> {
  if (file === undefined || file === '-') return await writeToStandardOutput(write);
  const found = await lstat(file).catch(() => undefined);
  if (found && !found.isFile()) return await writeTo(file, { path: file, flags: 'w' }, write);
  const draft = `${file}.draft-${process.pid}`;
  try {
    await writeTo(file, { path: draft, flags: 'wx' }, write);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeToStandardOutput(write: Write): Promise<void> {
  const { stdout } = process;
  if (stdout.isTTY)
    throw usageError('refusing to write an archive to a terminal', 'name a file, or redirect the output');
  let hasReader = true;
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => (hasReader &&= code !== 'EPIPE'));
  try {
    await write(stdout);
  } catch (failure) {
    if (hasReader) throw failure; // else whoever read it has seen enough
  }
}

interface Opened {
  readonly path: string;
  readonly flags: 'w' | 'wx';
}

async function writeTo(named: string, { path, flags }: Opened, write: Write): Promise<void> {
  const handle = await open(path, flags, 0o600).catch((failure: unknown) => {
    throw usageError(`cannot write ${named}: ${fileFault(failure)}`, 'use a file that you can write');
  });
  const output = handle.createWriteStream().on('error', () => {}); // it is thrown below
  try {
    await write(output);
    output.end();
    await finished(output);
  } catch (failure) {
    throw output.errored ?? failure;
  } finally {
    output.destroy();
  }
}
