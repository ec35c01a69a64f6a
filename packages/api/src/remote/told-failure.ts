import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { ToolFailedError } from '@ignite/toolkit/process/runner';

/** A failure as the other side of a line is told it. */
export interface ToldFailure {
  /** Absent for what is no fault of the user, or of no kind that has a code. */
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
  readonly further?: readonly string[];
  /** What tools have said about it. */
  readonly causes?: readonly string[];
}

/** Pure. Of errors without a code nothing is told, since their texts may be about the host. The log has them. */
export function toldFailure(failure: unknown): ToldFailure {
  if (!(failure instanceof CodedError)) return { message: 'the call failed: see the log of the server' };
  const { code, message, hint, further, cause } = failure;
  const causes =
    cause instanceof AggregateError ? cause.errors : cause instanceof ToolFailedError ? [cause] : [];
  return {
    code,
    message,
    hint,
    ...(further.length > 0 && { further }),
    ...(causes.length > 0 && { causes: causes.map(errorText) }),
  };
}

/** Pure. Returns the error that is shown as the one that was told. */
export function failureOf({ code, message, hint, further = [], causes = [] }: ToldFailure): Error {
  if (code === undefined) return new Error(message);
  const cause = causes.length > 0 ? new AggregateError(causes.map((text) => new Error(text))) : undefined;
  return new CodedError(code, message, { hint: hint ?? '', further, cause });
}
