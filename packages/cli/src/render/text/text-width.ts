/** Pure. The words of `text` on lines of at most `width` letters; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.length === 0 ? [''] : lines;
}

/**
 * Pure. Two columns, the right one wrapped. A left cell that is wider than `widest` has a line of its own.
 */
export function twoColumns(
  rows: readonly (readonly [left: string, right: string])[],
  {
    width,
    indent = 2,
    widest = 34,
  }: { readonly width: number; readonly indent?: number; readonly widest?: number },
): string {
  const gap = 3;
  const left = Math.max(0, ...rows.map(([cell]) => cell.length).filter((length) => length <= widest));
  const margin = ' '.repeat(indent);
  const lines = rows.flatMap(([cell, text]) => {
    const [first = '', ...more] = wrap(text, Math.max(20, width - indent - left - gap));
    const rest = more.map((line) => `${margin}${' '.repeat(left + gap)}${line}`);
    const head = `${margin}${cell.padEnd(left)}`;
    return cell.length > left
      ? [head, `${margin}${' '.repeat(left + gap)}${first}`, ...rest]
      : [`${head}${' '.repeat(gap)}${first}`, ...rest];
  });
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
