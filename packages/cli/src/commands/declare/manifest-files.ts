import { dirname, join } from 'node:path';
import type { VmSpec } from '@ignite/api/v1/vm';
import { type DecodeOptions, decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { Renderer } from '@ignite/toolkit/render/render';
import { DirectReader } from '@ignite/toolkit/render/source-reader';
import type { Invocation } from '../../arguments/command.ts';
import { assertNamespace } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { declaredScheme } from '../../declared-scheme.ts';
import { withFoundSources } from '../../files/found-sources.ts';
import { tellNote } from '../../render/message/note.ts';
import { type ManifestTexts, readManifestTexts, standardInput } from './manifest-texts.ts';

/**
 * All objects that files, folders and standard input declare; those that name no namespace are of the one that was asked for. Everything is read before anything is done.
 * @throws CodedError USAGE_INVALID, MANIFEST_INVALID
 */
export async function readManifestFiles(
  names: readonly string[],
  invocation: Invocation,
): Promise<readonly Manifest[]> {
  const texts = await readManifestTexts(names, invocation.signal);
  const { flags, namespace } = invocation;
  const options = { onRemark: remarkWriter(invocation), ...(namespace !== undefined && { namespace }) };
  const decoded = await Promise.all(texts.map((each) => decode(each, options, invocation)));
  const found = decoded.flat();
  if (found.length === 0)
    throw usageError(`no objects found in ${names.join(', ')}`, 'manifests end in .yaml, .yml or .json');
  for (const { metadata } of found) if (metadata.namespace !== '') assertNamespace(metadata.namespace, flags);
  return found;
}

async function decode(
  texts: ManifestTexts,
  { onRemark, ...placed }: Pick<DecodeOptions, 'namespace'> & Required<Pick<DecodeOptions, 'onRemark'>>,
  invocation: Invocation,
): Promise<readonly Manifest[]> {
  if (texts.kind === 'text') {
    const dir = texts.name === standardInput ? '.' : dirname(texts.name);
    return decodeManifests(texts.text, texts.name, declaredScheme, { onRemark, ...placed }).map((each) =>
      fromDir(each, dir, invocation),
    );
  }
  const options = { path: '.', unknownKinds: 'refuse', nodeLabels: {}, ...placed } as const;
  const revision = { id: texts.name, files: texts.files };
  const renderer = new Renderer(new DirectReader(declaredScheme), onRemark);
  const { manifests, problems } = await renderer.render(revision, options, invocation.signal);
  const [problem] = problems;
  if (problem)
    throw new CodedError('MANIFEST_INVALID', problem.message, {
      hint: 'fix the manifest and try again; nothing was changed',
    });
  return manifests.map((each) =>
    fromDir(each, join(texts.name, dirname(each.origin?.file ?? '')), invocation),
  );
}

/** Relative paths in a manifest are relative to its file. */
const fromDir = (manifest: Manifest, dir: string, invocation: Invocation): Manifest =>
  manifest.kind === 'VM'
    ? { ...manifest, spec: withFoundSources(manifest.spec as VmSpec, dir, invocation) }
    : manifest;

/** Prints notes about settings in manifests that have no effect. */
const remarkWriter =
  (invocation: Invocation): NonNullable<DecodeOptions['onRemark']> =>
  (remark, { file, line }) =>
    tellNote(`${file}:${line}: ${remark}`, invocation);
