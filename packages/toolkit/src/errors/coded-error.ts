/**
 * An error that a user can cause or cure. It has a stable code, says what happened in the user's own names,
 * and says what to do next. Bugs stay plain Errors.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name = 'CodedError';
  readonly code: Code;
  readonly hint: string;
  /** What else is wrong with the same request: messages like that of the error itself. */
  readonly further: readonly string[];

  constructor(
    code: Code,
    what: string,
    detail: { readonly hint: string; readonly cause?: unknown; readonly further?: readonly string[] },
  ) {
    super(what, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
    this.further = detail.further ?? [];
  }
}

/** Tells whether a caught value is the coded error of one code. */
export function hasCode<Code extends string>(failure: unknown, code: Code): failure is CodedError<Code> {
  return failure instanceof CodedError && failure.code === code;
}

/** The limit of messages in one error. Further ones are only counted. */
const mostMessages = 20;

/** Returns an error that says everything that is wrong with one request. There is at least one message. */
export function severalWrong<Code extends string>(
  code: Code,
  messages: readonly string[],
  hint: string,
): CodedError<Code> {
  const [what = '', ...further] = messages.slice(0, mostMessages);
  const untold = messages.length - mostMessages;
  return new CodedError(code, what, {
    hint,
    further: untold > 0 ? [...further, `${untold} more problems`] : further,
  });
}
