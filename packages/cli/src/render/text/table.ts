import { printable } from './printable.ts';

/** Between two columns. */
const gap = '   ';
/** Cells are not shortened further, so that they can be told apart. */
const shortest = 12;

/** Columns as wide as their widest cell, three blanks apart, without trailing blanks. */
export function table(header: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = columnWidths(header, rows);
  return [header, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join(gap)
          .trimEnd()}\n`,
    )
    .join('');
}

/**
 * Pure. Rows whose cells of the columns in `flexible` are shortened, the widest first, until a table of them is `width`
 * wide; where that is not enough they are as short as makes sense.
 */
export function fitRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  flexible: ReadonlySet<number>,
  width: number,
): readonly (readonly string[])[] {
  const widths = [...columnWidths(header, rows)];
  const least = header.map((title) => Math.max(shortest, title.length));
  let excess = widths.reduce((sum, each) => sum + each + gap.length, -gap.length) - width;
  while (excess > 0) {
    const [widest] = [...flexible]
      .filter((column) => widths[column]! > least[column]!)
      .sort((a, b) => widths[b]! - widths[a]!);
    if (widest === undefined) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return rows.map((row) =>
    row.map((cell, column) =>
      cell.length > widths[column]! ? `${cell.slice(0, widths[column]! - 1)}…` : cell,
    ),
  );
}

const columnWidths = (header: readonly string[], rows: readonly (readonly string[])[]): readonly number[] =>
  header.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), title.length),
  );
