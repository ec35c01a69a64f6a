import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileFault } from './file-fault.ts';
import { usageError } from '../arguments/usage-error.ts';

/** A file to read, or with `-` standard input. @throws CodedError USAGE_INVALID */
export async function openInput(file: string): Promise<Readable> {
  if (file === '-') {
    if (process.stdin.isTTY)
      throw usageError('standard input is a terminal, not an archive', 'name a file, or redirect the input');
    return process.stdin;
  }
  try {
    return (await open(file)).createReadStream();
  } catch (failure) {
    throw usageError(`${file}: ${fileFault(failure)}`, 'use an archive that you can read');
  }
}
