import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectorySource } from '@ignite/toolkit/directory/directory-source';
import type { SourceFile } from '@ignite/toolkit/source/source';
import type { Flag } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { readInputFile, readStandardInput } from '../../files/input-file.ts';

export const filenameFlag: Flag = {
  type: 'list',
  short: 'f',
  value: 'FILE|DIR|-',
  help: 'file or directory with manifests, or - for standard input',
};

export const standardInput = 'standard input';

/** The text of one file or of standard input, or the manifests in a folder. */
export type ManifestTexts =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly SourceFile[] };

/** @throws CodedError USAGE_INVALID */
export async function readManifestTexts(
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly ManifestTexts[]> {
  if (names.length === 0) throw usageError('no manifests given', 'use -f with a file, a directory or -');
  const found: ManifestTexts[] = [];
  for (const name of names) found.push(await readOne(name, signal));
  return found;
}

async function readOne(name: string, signal: AbortSignal): Promise<ManifestTexts> {
  if (name === '-') return { kind: 'text', name: standardInput, text: await readStandardInput() };
  const found = await stat(name).catch(() => undefined);
  if (!found?.isDirectory()) return { kind: 'text', name, text: await readInputFile('-f', name) };
  const { files } = await new DirectorySource(name).fetch({ signal, report: () => {} });
  return { kind: 'folder', name, files };
}

/** A file of a folder as a person would name it. */
export const pathOf = (folder: { readonly name: string }, file: SourceFile): string =>
  join(folder.name, file.path);
