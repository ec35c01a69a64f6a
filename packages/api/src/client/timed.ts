import type { ClientOperation } from './progress.ts';

/** Does a part of an operation, and reports how long it took, whether it succeeded or not. */
export async function timed<T>(
  what: string,
  { report }: Pick<ClientOperation, 'report'>,
  part: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  try {
    return await part();
  } finally {
    report({ kind: 'timing', what, milliseconds: performance.now() - began });
  }
}
