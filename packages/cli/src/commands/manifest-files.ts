import { stat } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { scheme } from '@ignite/api/scheme';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { DirectorySource } from '@ignite/toolkit/directory/directory-source';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { Renderer } from '@ignite/toolkit/gitops/render';
import type { Flag } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';

export const filenameFlag: Flag = {
  type: 'list',
  short: 'f',
  value: 'FILE|DIR|-',
  help: 'manifests: a file, a folder, or - for standard input',
};

/**
 * All objects that files, folders and standard input declare. Everything is read before anything is done.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readManifestFiles(
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  if (names.length === 0) throw usageError('no manifests are named', 'name a file, a folder or - with -f');
  const found: Manifest[] = [];
  for (const name of names) found.push(...(await readOne(name, signal)));
  if (found.length === 0)
    throw usageError(`nothing is declared in ${names.join(', ')}`, 'manifests end in .yaml, .yml or .json');
  return found;
}

async function readOne(name: string, signal: AbortSignal): Promise<readonly Manifest[]> {
  if (name === '-') return decodeManifests(await readAll(process.stdin), 'standard input', scheme);
  try {
    if (!(await stat(name)).isDirectory()) return decodeManifests(await readFile(name, 'utf8'), name, scheme);
  } catch (failure) {
    if (failure instanceof CodedError) throw failure;
    throw usageError(`-f ${name}: ${errorText(failure)}`, 'name a file or folder that can be read');
  }
  const revision = await new DirectorySource(name).fetch({ signal, report: () => {} });
  const options = { scheme, path: '.', unknownKinds: 'refuse', nodeLabels: {} } as const;
  const { manifests, problems } = new Renderer().render(revision, options);
  const [problem] = problems;
  if (problem)
    throw new CodedError('MANIFEST_INVALID', problem.message, { hint: 'mend it; nothing was done' });
  return manifests;
}
