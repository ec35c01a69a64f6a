import { CodedError } from '../errors/coded-error.ts';

export interface Position {
  readonly file: string;
  /** The line number, from 1. */
  readonly line: number;
  readonly column: number;
}

export type CodecErrorCode = 'MANIFEST_INVALID';

export const manifestInvalid = (
  at: Position,
  what: string,
  hint: string,
  cause?: unknown,
): CodedError<CodecErrorCode> =>
  new CodedError('MANIFEST_INVALID', `${at.file}:${at.line}:${at.column}: ${what}`, { hint, cause });
