import type { Operation } from '../async/operation.ts';
import { CodedError } from '../errors/coded-error.ts';

export interface SourceFile {
  /** The path relative to the root of the source, with slashes. */
  readonly path: string;
  /** The digest of the content: equal digests mean equal texts. */
  readonly digest: string;
  readonly text: string;
}

/** One immutable state of a source. */
export interface Revision {
  /** The name of the revision for people and statuses, such as `main@sha1:8843d7f9…`. */
  readonly id: string;
  readonly files: readonly SourceFile[];
  /** The commit of a Git source. */
  readonly commit?: string;
  /** Of a folder of this host: tells it from another that has come in its place. */
  readonly root?: string;
}

export type FetchEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

/** A source of desired state. */
export interface Source {
  /**
   * Fetches the newest revision. If nothing has changed, it is the very same object as last time.
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

/** Tells whether a file may be a manifest: YAML or JSON, with no hidden part in its path. */
export const isManifestPath = (path: string): boolean =>
  /\.(ya?ml|json)$/.test(path) && !path.split('/').some((name) => name.startsWith('.'));

export const filesLimit = 100_000;
export const bytesLimit = 256 * 2 ** 20;
