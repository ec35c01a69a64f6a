import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileFault } from './file-fault.ts';
import { bytesLimit } from '@ignite/toolkit/source/source';
import { usageError } from '../arguments/usage-error.ts';

/** The text of a file that a flag names. @throws CodedError USAGE_INVALID for what cannot be read, is no text, or has no end */
export async function readInputFile(flag: string, path: string): Promise<string> {
  try {
    return await readText(createReadStream(path));
  } catch (failure) {
    throw usageError(`${flag} ${path}: ${fileFault(failure)}`, 'use a text file that you can read');
  }
}

/** The text of standard input. @throws CodedError USAGE_INVALID */
export async function readStandardInput(): Promise<string> {
  try {
    return await readText(process.stdin);
  } catch (failure) {
    throw usageError(`standard input: ${fileFault(failure)}`, 'pipe text into the command');
  }
}

async function readText(input: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of input as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bytesLimit) throw new RangeError(`it is larger than ${bytesLimit} bytes`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
}
