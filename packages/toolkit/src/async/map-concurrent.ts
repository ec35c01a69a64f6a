/**
 * Maps the items with at most `limit` of them at work at once. Results keep the order of the items. After a failure no further item is begun, and it rejects with
 * the first one once nothing is at work any more, so that whoever tries again, or undoes it, is alone.
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next; at < items.length && failures.length === 0; at = next) {
      next = at + 1;
      try {
        results[at] = await work(items[at]!);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
