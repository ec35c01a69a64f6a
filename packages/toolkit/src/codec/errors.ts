import { CodedError, severalWrong } from '../errors/coded-error.ts';

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

/** Something that is wrong with a manifest. */
export interface Problem {
  readonly at: Position;
  readonly what: string;
  readonly hint: string;
}

/**
 * Does nothing if there are no problems.
 * @throws CodedError MANIFEST_INVALID with all of them
 */
export function assertNone(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const messages = problems.map(({ at, what }) => `${at.file}:${at.line}:${at.column}: ${what}`);
  throw severalWrong<CodecErrorCode>('MANIFEST_INVALID', messages, first.hint);
}
