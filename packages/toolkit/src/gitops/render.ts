import { type DecodeOptions, decodeManifests } from '../codec/decode-manifests.ts';
import type { Manifest } from '../codec/manifest.ts';
import { errorText } from '../errors/error-text.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { Revision, SourceFile } from '../source/source.ts';
import { keyText, objectKey } from './object-key.ts';
import { resolveOverlay, type Resource } from './overlay.ts';
import { substitute } from './substitute.ts';

export interface RenderOptions {
  readonly scheme: Scheme;
  /** The folder of the source to take. */
  readonly path: string;
  readonly unknownKinds: 'refuse' | 'ignore';
  /** Values of variables; undefined leaves `${…}` alone. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Of the host, which objects may select by `gitops.weave.works/node-selector`. */
  readonly nodeLabels: Readonly<Record<string, string>>;
}

/** What a revision declares. */
export interface Rendering {
  readonly manifests: readonly Manifest[];
  /** Files that could not be read, and why; the others count. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

const selectorAnnotation = 'gitops.weave.works/node-selector';

/** Pure but for what it remembers: files that were read before are not read again. */
export class Renderer {
  readonly #onRemark: NonNullable<DecodeOptions['onRemark']>;
  #decoded = new Map<string, readonly Manifest[]>();

  /** `onRemark` is told of each file when it is read. */
  constructor(onRemark: NonNullable<DecodeOptions['onRemark']> = () => {}) {
    this.#onRemark = onRemark;
  }

  render(revision: Revision, options: RenderOptions): Rendering {
    const files = new Map(revision.files.map((file) => [file.path, file]));
    const problems: { file: string; message: string }[] = [];
    const decoded = new Map<string, readonly Manifest[]>();
    const manifests: Manifest[] = [];
    for (const resource of this.#resources(files, options.path, problems)) {
      try {
        const found = this.#decode(resource, options, decoded);
        manifests.push(...found.filter((manifest) => isMeantFor(manifest, options.nodeLabels)));
      } catch (failure) {
        problems.push({ file: resource.file.path, message: errorText(failure) });
      }
    }
    this.#decoded = decoded;
    const { unique, duplicates } = withoutDuplicates(manifests);
    return { manifests: unique, problems: [...problems, ...duplicates] };
  }

  #resources(
    files: ReadonlyMap<string, SourceFile>,
    path: string,
    problems: { file: string; message: string }[],
  ): readonly Resource[] {
    try {
      return resolveOverlay(files, path);
    } catch (failure) {
      problems.push({ file: path, message: errorText(failure) });
      return [];
    }
  }

  #decode(
    { file, transforms }: Resource,
    { scheme, unknownKinds, variables }: RenderOptions,
    decoded: Map<string, readonly Manifest[]>,
  ): readonly Manifest[] {
    const isPlain = transforms.length === 0 && variables === undefined;
    const id = `${file.path} ${file.digest} ${unknownKinds}`;
    const known = isPlain ? this.#decoded.get(id) : undefined;
    const text = variables === undefined ? file.text : substitute(file.text, variables, file.path);
    const manifests =
      known ??
      decodeManifests(text, file.path, scheme, {
        transform: (raw) => transforms.reduce((object, transform) => transform(object), raw),
        ...(unknownKinds === 'ignore' && { onUnknown: () => {} }),
        onRemark: this.#onRemark,
      });
    if (isPlain) decoded.set(id, manifests);
    return manifests;
  }
}

/** Two objects of one name are a mistake of which neither may win. */
function withoutDuplicates(manifests: readonly Manifest[]): {
  readonly unique: readonly Manifest[];
  readonly duplicates: Rendering['problems'];
} {
  const byKey = Map.groupBy(manifests, (manifest) => keyText(objectKey(manifest)));
  if (byKey.size === manifests.length) return { unique: manifests, duplicates: [] };
  const groups = [...byKey];
  return {
    unique: groups.flatMap(([, group]) => (group.length === 1 ? group : [])),
    duplicates: groups
      .filter(([, group]) => group.length > 1)
      .map(([key, group]) => ({
        file: group[0]!.origin!.file,
        message: `${key} is declared more than once: ${group.map(({ origin }) => `${origin!.file}:${origin!.line}`).join(', ')}`,
      })),
  };
}

/** Whether an object's selector fits the labels of a host; one without a selector is meant for all. */
function isMeantFor(manifest: Manifest, labels: Readonly<Record<string, string>>): boolean {
  const selector = manifest.metadata.annotations[selectorAnnotation];
  return selector === undefined || fitsSelector(selector, labels);
}

/** Pure. `disk=ssd,zone=a`: all must be equal. */
function fitsSelector(selector: string, labels: Readonly<Record<string, string>>): boolean {
  return selector
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .every((part) => {
      const at = part.indexOf('=');
      return at > 0 && labels[part.slice(0, at)] === part.slice(at + 1);
    });
}
