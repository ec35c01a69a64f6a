import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type VmFile, decodeVmFile } from '@ignite/api/vm-file';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { usageError } from '../arguments/usage-error.ts';
import { withFoundSources } from './found-sources.ts';

/**
 * What the file of `--config` says of a VM.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readVmFile(path: string): Promise<VmFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (failure) {
    throw usageError(`--config ${path}: ${errorText(failure)}`, 'name a manifest that can be read');
  }
  const file = decodeVmFile(text, path);
  return { ...file, spec: withFoundSources(file.spec, dirname(path)) };
}
