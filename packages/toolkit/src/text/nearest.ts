/**
 * Returns the word of `known` that `written` most likely meant, at most two letters away, or `undefined` if
 * there is none.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((word) => ({ word, edits: distance(written, word) }))
    .sort((a, b) => a.edits - b.edits);
  return best && best.edits <= 2 && best.edits < written.length ? best.word : undefined;
}

/** Returns the Levenshtein distance: the number of letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
