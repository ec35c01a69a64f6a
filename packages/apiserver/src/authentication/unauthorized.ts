import { ObjectError } from '@ignite/toolkit/client/object-error';

/**
 * Returns the refusal of credentials. Whoever shows them is not told what is wrong with them; the log is, by
 * the cause.
 */
export const unauthorized = (why: string, cause?: unknown): ObjectError =>
  new ObjectError('UNAUTHORIZED', 'Unauthorized', { cause: new Error(why, { cause }) });
