/**
 * Waits until all parts have ended. If one of them fails, it ends the others, which would wait for a signal, and
 * rejects with that failure after they have ended.
 */
export async function untilAllEnd(
  parts: readonly (Promise<void> | undefined)[],
  endAll: () => void,
): Promise<void> {
  const failures: unknown[] = [];
  const watch = async (part: Promise<void>): Promise<void> => {
    try {
      await part;
    } catch (failure) {
      failures.push(failure);
      endAll();
    }
  };
  await Promise.all(parts.filter((part) => part !== undefined).map(watch));
  if (failures.length > 0) throw failures[0];
}
