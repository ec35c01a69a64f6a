import type { Operation } from '../async/operation.ts';
import { CodedError } from '../errors/coded-error.ts';

export interface SourceFile {
  /** Relative to the root of the source, with slashes. */
  readonly path: string;
  /** Names the content: the same digest, the same text. */
  readonly digest: string;
  readonly text: string;
}

/** One immutable state of a source. */
export interface Revision {
  /** Such as `main@sha1:8843d7f9…`: what a person and a status call it. */
  readonly id: string;
  readonly files: readonly SourceFile[];
  /** Of a Git source. */
  readonly commit?: string;
  /** Of a folder of this host: tells it from another that has come in its place. */
  readonly root?: string;
}

export type FetchEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

/** Where desired state comes from. */
export interface Source {
  /**
   * The newest revision; the very same object as last time when nothing has changed.
   * @throws CodedError with one of `SourceErrorCode`
   */
  fetch(op: Operation<FetchEvent>): Promise<Revision>;
}

export type SourceErrorCode =
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_DENIED'
  | 'SOURCE_EMPTY'
  | 'SOURCE_REF_MISSING'
  | 'SOURCE_UNVERIFIED'
  | 'SOURCE_TOO_LARGE'
  | 'SOURCE_INVALID';

export const sourceError = (
  code: SourceErrorCode,
  what: string,
  hint: string,
  cause?: unknown,
): CodedError<SourceErrorCode> => new CodedError(code, what, { hint, cause });

/** Which files may be manifests: YAML and JSON that is not hidden, in folders that are not hidden. */
export const isManifestPath = (path: string): boolean =>
  /\.(ya?ml|json)$/.test(path) && !path.split('/').some((name) => name.startsWith('.'));

export const filesLimit = 100_000;
export const bytesLimit = 256 * 2 ** 20;
