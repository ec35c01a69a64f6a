/**
 * What a user can cause or cure: a stable code, what happened in the user's own names, and what to do next.
 * Bugs stay plain Errors, and are loud.
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

/** Narrows a caught value to the coded error of one code. */
export function hasCode<Code extends string>(failure: unknown, code: Code): failure is CodedError<Code> {
  return failure instanceof CodedError && failure.code === code;
}
