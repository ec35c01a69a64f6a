/**
 * An error that a user can cause or cure. It has a stable code, says what happened in the user's own names,
 * and says what to do next. Bugs stay plain Errors.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name = 'CodedError';
  readonly code: Code;
  readonly hint: string;

  constructor(code: Code, what: string, detail: { readonly hint: string; readonly cause?: unknown }) {
    super(what, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
  }
}

/** Tells whether a caught value is the coded error of one code. */
export function hasCode<Code extends string>(failure: unknown, code: Code): failure is CodedError<Code> {
  return failure instanceof CodedError && failure.code === code;
}
