import { isDeepStrictEqual } from 'node:util';
import type { DecodeOptions } from '../codec/decode-manifests.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { Revision } from '../source/source.ts';
import type { DecodedFile, RevisionText } from './decode-revision.ts';
import { keyText, objectKey } from '../object/object-key.ts';
import { overlayName } from './overlay.ts';
import type { SourceReader } from './source-reader.ts';

export interface RenderOptions extends Omit<RevisionText, 'files'> {
  /** The labels of the host. Objects select hosts by `gitops.weave.works/node-selector`. */
  readonly nodeLabels: Readonly<Record<string, string>>;
}

/** The objects that a revision declares. */
export interface Rendering {
  readonly manifests: readonly Manifest[];
  /** The files that could not be read, and why. The other files are used. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

const selectorAnnotation = 'gitops.weave.works/node-selector';
/** The limit of problems that are reported; further problems are only counted. */
const problemLimit = 100;
/** The limit of the length of a message, since it may quote a file. */
const messageLimit = 1_000;

/** Renders revisions. Files that it has read before are not read again. */
export class Renderer {
  readonly #reader: SourceReader;
  readonly #onRemark: NonNullable<DecodeOptions['onRemark']>;
  #last?: { readonly revision: Revision; readonly options: RenderOptions; readonly rendering: Rendering };
  /** The decoded files by path and digest, of revisions in which no file depends on another. */
  #decoded: ReadonlyMap<string, DecodedFile> = new Map();

  /** @param onRemark is called for the remarks of each file when it is read */
  constructor(reader: SourceReader, onRemark: NonNullable<DecodeOptions['onRemark']> = () => {}) {
    this.#reader = reader;
    this.#onRemark = onRemark;
  }

  /**
   * Renders a revision.
   * @throws CodedError as the reader does
   */
  async render(revision: Revision, options: RenderOptions, signal: AbortSignal): Promise<Rendering> {
    if (this.#last?.revision === revision && isDeepStrictEqual(this.#last.options, options))
      return this.#last.rendering;
    const decoded = await this.#decode(revision, options, signal);
    const manifests = decoded
      .flatMap((file) => file.manifests)
      .filter((manifest) => isMeantFor(manifest, options.nodeLabels));
    const { unique, duplicates } = withoutDuplicates(manifests);
    const broken = decoded.flatMap(({ file, problem, furtherProblems = [] }) =>
      problem === undefined ? [] : [problem, ...furtherProblems].map((message) => ({ file, message })),
    );
    const rendering = { manifests: unique, problems: bounded([...broken, ...duplicates]) };
    this.#last = { revision, options, rendering };
    return rendering;
  }

  async #decode(
    { files }: Revision,
    { path: folder, unknownKinds, variables, namespace, anyKind }: RenderOptions,
    signal: AbortSignal,
  ): Promise<readonly DecodedFile[]> {
    const isPlain =
      variables === undefined && !files.some(({ path }) => `/${path}`.endsWith(`/${overlayName}`));
    const known = isPlain ? this.#decoded : new Map<string, DecodedFile>();
    const id = (path: string, digest: string): string =>
      JSON.stringify([folder, unknownKinds, namespace, anyKind, path, digest]);
    const unknown = files.filter(({ path, digest }) => !known.has(id(path, digest)));
    const text = {
      files: unknown,
      path: folder,
      unknownKinds,
      ...(variables && { variables }),
      ...(namespace !== undefined && { namespace }),
      ...(anyKind !== undefined && { anyKind }),
    };
    const fresh = unknown.length === 0 ? [] : await this.#reader.decode(text, signal);
    for (const { remarks } of fresh) for (const { remark, at } of remarks) this.#onRemark(remark, at);
    if (!isPlain) return fresh;
    const byPath = new Map(fresh.map((each) => [each.file, each]));
    const all = files.flatMap(({ path, digest }) => {
      const found = known.get(id(path, digest)) ?? byPath.get(path);
      return found ? [[id(path, digest), found] as const] : [];
    });
    this.#decoded = new Map(all.filter(([, { problem }]) => problem === undefined));
    return all.map(([, found]) => found);
  }
}

function bounded(problems: Rendering['problems']): Rendering['problems'] {
  const told = problems.slice(0, problemLimit).map(({ file, message }) => ({
    file,
    message: message.length > messageLimit ? `${message.slice(0, messageLimit)}…` : message,
  }));
  const untold = problems.length - told.length;
  return untold === 0 ? told : [...told, { file: '', message: `${untold} more problems` }];
}

/** Two objects of the same name are a mistake, so neither is used. */
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

/**
 * Tells whether an object's selector matches the labels of a host. An object without a selector is for all
 * hosts.
 */
function isMeantFor(manifest: Manifest, labels: Readonly<Record<string, string>>): boolean {
  const selector = manifest.metadata.annotations[selectorAnnotation];
  return selector === undefined || fitsSelector(selector, labels);
}

/** Pure. Tells whether all pairs of a selector such as `disk=ssd,zone=a` are among the labels. */
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
