import { posix } from 'node:path';
import * as v from 'valibot';
import { parseDocument } from 'yaml';
import { CodedError } from '../errors/coded-error.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { issuePath, issueText } from '../schema/issue-text.ts';
import type { SourceFile } from '../source/source.ts';

/**
 * The part of Kustomize's `kustomization.yaml` that is understood. A folder with one is built by it; without, all
 * manifests in and below the folder are taken.
 */
const overlaySchema = v.strictObject({
  apiVersion: v.optional(v.literal('kustomize.config.k8s.io/v1beta1')),
  kind: v.optional(v.literal('Kustomization')),
  /** Files, and folders that are overlays or full of manifests. */
  resources: v.array(v.string()),
  namePrefix: v.optional(v.string(), ''),
  nameSuffix: v.optional(v.string(), ''),
  namespace: v.optional(v.string()),
  commonLabels: v.optional(v.record(v.string(), v.string()), {}),
  commonAnnotations: v.optional(v.record(v.string(), v.string()), {}),
  /** JSON merge patches (RFC 7396). */
  patches: v.optional(
    v.array(
      v.strictObject({
        target: v.optional(
          v.strictObject({ kind: v.optional(v.string()), name: v.optional(v.string()) }),
          {},
        ),
        patch: v.string(),
      }),
    ),
    [],
  ),
});
type Overlay = v.InferOutput<typeof overlaySchema>;

/** One file with what overlays make of each object in it. */
export interface Resource {
  readonly file: SourceFile;
  readonly transforms: readonly ((raw: unknown) => unknown)[];
}

const overlayName = 'kustomization.yaml';
const depthLimit = 10;

/** Pure. The files that the folder `path` stands for. @throws CodedError OVERLAY_INVALID */
export function resolveOverlay(
  files: ReadonlyMap<string, SourceFile>,
  path: string,
  depth = 0,
): readonly Resource[] {
  const folder = posix.normalize(path === '' ? '.' : path);
  if (depth > depthLimit) throw invalid(folder, `overlays are nested more than ${depthLimit} deep`);
  const description = files.get(posix.join(folder, overlayName));
  if (!description) return below(files, folder);
  const overlay = parseOverlay(description);
  const transform = transformOf(overlay, description.path);
  return overlay.resources
    .flatMap((resource) => {
      const target = posix.join(folder, resource);
      if (target.startsWith('..')) throw invalid(description.path, `"${resource}" is outside of the source`);
      const file = files.get(target);
      if (file) return [{ file, transforms: [] }];
      const found = resolveOverlay(files, target, depth + 1);
      if (found.length === 0) throw invalid(description.path, `there is no resource "${resource}"`);
      return found;
    })
    .map(({ file, transforms }) => ({ file, transforms: [...transforms, transform] }));
}

function below(files: ReadonlyMap<string, SourceFile>, folder: string): readonly Resource[] {
  const start = folder === '.' ? '' : `${folder.replace(/\/$/, '')}/`;
  return [...files.values()]
    .filter(({ path }) => path.startsWith(start) && posix.basename(path) !== overlayName)
    .map((file) => ({ file, transforms: [] }));
}

function parseOverlay({ text, path }: SourceFile): Overlay {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw invalid(path, error.message.split('\n')[0]!);
  const parsed = v.safeParse(overlaySchema, document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw invalid(path, `${issuePath(issue).join('.')}: ${issueText(issue)}`);
}

function transformOf(overlay: Overlay, path: string): (raw: unknown) => unknown {
  const patches = overlay.patches.map(({ target, patch }, at) => {
    const document = parseDocument(patch, { uniqueKeys: true });
    if (document.errors.length > 0) throw invalid(path, `patches.${at}: it is not YAML`);
    return { target, patch: document.toJS({ maxAliasCount: 100 }) as unknown };
  });
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
    hint: 'see the part of Kustomize that is understood',
  });

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
