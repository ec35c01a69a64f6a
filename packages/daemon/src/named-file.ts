import { readFile } from 'node:fs/promises';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { optionInvalid } from './errors.ts';

/** Reads the text file that an option names. @throws CodedError USAGE_INVALID */
export async function readNamedFile(option: string, path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (failure) {
    throw optionInvalid(`--${option} ${path}: ${errorText(failure)}`, 'use a text file that you can read');
  }
}
