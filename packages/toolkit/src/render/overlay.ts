import { posix } from 'node:path';
import * as v from 'valibot';
import { parseYaml, plainValue } from '../codec/parse-yaml.ts';
import { CodedError } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { issuePath, issueText } from '../schema/issue-text.ts';
import { type SourceFile, filesLimit } from '../source/source.ts';

/**
 * The supported part of Kustomize's `kustomization.yaml`. A folder with this file is built from it. Without
 * it, all manifests in and below the folder are used.
 */
const overlaySchema = v.strictObject({
  apiVersion: v.optional(v.literal('kustomize.config.k8s.io/v1beta1')),
  kind: v.optional(v.literal('Kustomization')),
  /** Files, and folders that are overlays or contain manifests. */
  resources: v.array(v.string()),
  namePrefix: v.optional(v.string(), ''),
  nameSuffix: v.optional(v.string(), ''),
  namespace: v.optional(v.string()),
  commonLabels: v.optional(v.record(v.string(), v.string()), {}),
  commonAnnotations: v.optional(v.record(v.string(), v.string()), {}),
  /** JSON merge patches (RFC 7396). */
  patches: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          target: v.optional(
            v.strictObject({ kind: v.optional(v.string()), name: v.optional(v.string()) }),
            {},
          ),
          patch: v.string(),
        }),
      ),
      v.maxLength(1_000),
    ),
    [],
  ),
});
type Overlay = v.InferOutput<typeof overlaySchema>;

/** One file, and the changes that overlays make to each object in it. */
export interface Resource {
  readonly file: SourceFile;
  readonly transforms: readonly ((raw: unknown) => unknown)[];
}

export const overlayName = 'kustomization.yaml';
const depthLimit = 10;
/** A folder that several overlays name counts each time, so that the whole result is bounded. */
const resourceLimit = filesLimit;

/**
 * Pure. Returns the files that the folder `path` stands for.
 * @throws CodedError OVERLAY_INVALID
 */
export function resolveOverlay(files: ReadonlyMap<string, SourceFile>, path: string): readonly Resource[] {
  const resolved = new Map<string, readonly Resource[]>();
  const paths = [...files.keys()].sort(compare);
  const resolve = (name: string, depth: number): readonly Resource[] => {
    const folder = posix.normalize(name === '' ? '.' : name).replace(/(?<=.)\/$/, '');
    if (depth > depthLimit) throw invalid(folder, `overlays are nested more than ${depthLimit} deep`);
    const known = resolved.get(folder);
    if (known) return known;
    const found = resolveFolder(folder, depth);
    resolved.set(folder, found);
    return found;
  };
  const resolveFolder = (folder: string, depth: number): readonly Resource[] => {
    const description = files.get(posix.join(folder, overlayName));
    if (!description) return below(files, paths, folder);
    const overlay = parseOverlay(description);
    const transform = transformOf(overlay, description.path);
    const named = new Set<string>();
    const resources: Resource[] = [];
    for (const resource of overlay.resources) {
      const target = posix.join(folder, resource).replace(/(?<=.)\/$/, '');
      if (target.startsWith('..')) throw invalid(description.path, `"${resource}" is outside of the source`);
      if (named.has(target)) throw invalid(description.path, `"${resource}" is named twice`);
      named.add(target);
      const file = files.get(target);
      const found = file ? [{ file, transforms: [] }] : resolve(target, depth + 1);
      if (found.length === 0) throw invalid(description.path, `resource "${resource}" does not exist`);
      if (resources.length + found.length > resourceLimit)
        throw invalid(description.path, `it includes more than ${resourceLimit} files`);
      for (const { file: each, transforms } of found)
        resources.push({ file: each, transforms: [...transforms, transform] });
    }
    return resources;
  };
  return resolve(path, 0);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Returns the files in and below a folder. `paths` lists all files, sorted. */
function below(
  files: ReadonlyMap<string, SourceFile>,
  paths: readonly string[],
  folder: string,
): readonly Resource[] {
  const start = folder === '.' ? '' : `${folder}/`;
  let [from, to] = [0, paths.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (paths[middle]! < start) from = middle + 1;
    else to = middle;
  }
  const found: Resource[] = [];
  for (let at = from; paths[at]?.startsWith(start); at += 1)
    if (posix.basename(paths[at]!) !== overlayName)
      found.push({ file: files.get(paths[at]!)!, transforms: [] });
  return found;
}

/**
 * Parses a text that must be exactly one document.
 * @throws CodedError OVERLAY_INVALID
 */
function parseOne(text: string, path: string, where: string): unknown {
  const [document, ...others] = parseYaml(text);
  const [error] = document?.errors ?? [];
  if (error) throw invalid(path, `${where}${error.message.split('\n')[0]!}`);
  if (!document || others.length > 0) throw invalid(path, `${where}it is not one YAML document`);
  try {
    return plainValue(document);
  } catch (failure) {
    throw invalid(path, `${where}${errorText(failure)}`);
  }
}

function parseOverlay({ text, path }: SourceFile): Overlay {
  const parsed = v.safeParse(overlaySchema, parseOne(text, path, ''));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw invalid(path, `${issuePath(issue).join('.')}: ${issueText(issue)}`);
}

function transformOf(overlay: Overlay, path: string): (raw: unknown) => unknown {
  const patches = overlay.patches.map(({ target, patch }, at) => ({
    target,
    patch: parseOne(patch, path, `patches.${at}: `),
  }));
  return (raw) => {
    if (!isRecord(raw)) return raw;
    let object = raw;
    for (const { target, patch } of patches)
      if (fits(object, target)) object = mergePatch(object, patch) as Readonly<Record<string, unknown>>;
    return withMetadata(object, overlay);
  };
}

function withMetadata(object: Readonly<Record<string, unknown>>, overlay: Overlay): unknown {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const { namePrefix, nameSuffix, namespace, commonLabels, commonAnnotations } = overlay;
  return mergePatch(object, {
    metadata: {
      ...(typeof metadata['name'] === 'string' && { name: namePrefix + metadata['name'] + nameSuffix }),
      ...(namespace !== undefined && { namespace }),
      labels: commonLabels,
      annotations: commonAnnotations,
    },
  });
}

function fits(
  object: Readonly<Record<string, unknown>>,
  target: { kind?: string | undefined; name?: string | undefined },
): boolean {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  return (
    (target.kind === undefined || target.kind === object['kind']) &&
    (target.name === undefined || target.name === metadata['name'])
  );
}

const invalid = (path: string, what: string): CodedError =>
  new CodedError('OVERLAY_INVALID', `${path}: ${what}`, {
    hint: 'see which parts of Kustomize are supported',
  });

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
