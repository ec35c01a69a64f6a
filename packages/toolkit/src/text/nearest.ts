/**
 * Returns the word of `known` that `written` most likely meant: at most two slips away, or one if both are short.
 * `undefined` if there is none.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((word) => ({ word, slips: distance(written, word) }))
    .sort((a, b) => a.slips - b.slips);
  if (best === undefined || best.slips >= written.length) return undefined;
  const most = Math.max(written.length, best.word.length) <= 4 ? 1 : 2;
  return best.slips <= most ? best.word : undefined;
}

/** Returns the number of slips: letters to add, drop or change, and neighbours to swap. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, changed, isSwap ? before[j - 2]! + 1 : Infinity));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
