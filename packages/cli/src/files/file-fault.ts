import { errorText } from '@ignite/toolkit/errors/error-text';

/** Returns what is amiss with a file that the sentence names already, without Node's code, call and path. */
export const fileFault = (failure: unknown): string =>
  errorText(failure).replace(/^E[A-Z0-9]+: (.*?), [a-z]+(?: '.*')?$/s, '$1');
