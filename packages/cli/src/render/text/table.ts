import { printable } from '@ignite/toolkit/text/printable';

/** The space between two columns. */
const gap = '   ';
/** The width that cells are not shortened below, so that they can be told apart. */
const shortest = 12;

/**
 * Returns a table whose columns are as wide as their widest cell and three blanks apart, without trailing
 * blanks.
 */
export function table(header: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = columnWidths(header, rows);
  let text = '';
  for (const row of [header, ...rows]) {
    let line = '';
    for (let column = 0; column < row.length; column += 1)
      line += `${column === 0 ? '' : gap}${row[column]!.padEnd(widths[column]!)}`;
    text += `${line.trimEnd()}\n`;
  }
  return text;
}

/** How a table adapts to a terminal that is too narrow for it. Columns are numbered from 0. */
export interface TableFit {
  /** The width of the terminal in characters. */
  readonly width: number;
  /** The columns whose cells may be shortened. */
  readonly flexible: ReadonlySet<number>;
  /** The columns that may be left out, in the order in which they go. */
  readonly optional: readonly number[];
}

/**
 * Pure. Returns a table that is at most `width` characters wide. Optional columns are left out as long as the
 * table would not fit even with the shortest cells. The cells of the flexible columns are then shortened, the
 * widest first, as long as they can be told apart. If even that is not enough, each line is cut at the edge.
 */
export function fittedTable(
  header: readonly string[],
  cells: readonly (readonly string[])[],
  { width, flexible, optional }: TableFit,
): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = columnWidths(header, rows);
  const leastOf = (column: number): number =>
    flexible.has(column) ? Math.min(widths[column]!, leastWidth(header[column]!)) : widths[column]!;
  let columns = [...header.keys()];
  for (const gone of optional) {
    if (totalWidth(columns.map(leastOf)) <= width) break;
    columns = columns.filter((column) => column !== gone);
  }
  const kept = <T>(all: readonly T[]): readonly T[] => columns.map((column) => all[column]!);
  const flexibleKept = new Set([...columns.keys()].filter((at) => flexible.has(columns[at]!)));
  const fitted = fitRows(kept(header), rows.map(kept), flexibleKept, width);
  return table(kept(header), fitted)
    .split('\n')
    .map((line) => shortened(line, width))
    .join('\n');
}

const leastWidth = (title: string): number => Math.max(shortest, title.length);

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each + gap.length, -gap.length);

const shortened = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

function fitRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  flexible: ReadonlySet<number>,
  width: number,
): readonly (readonly string[])[] {
  const widths = [...columnWidths(header, rows)];
  let excess = totalWidth(widths) - width;
  while (excess > 0) {
    const [widest] = [...flexible]
      .filter((column) => widths[column]! > leastWidth(header[column]!))
      .sort((a, b) => widths[b]! - widths[a]!);
    if (widest === undefined) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return rows.map((row) => row.map((cell, column) => shortened(cell, widths[column]!)));
}

function columnWidths(header: readonly string[], rows: readonly (readonly string[])[]): readonly number[] {
  const widths = header.map((title) => title.length);
  for (const row of rows)
    for (let column = 0; column < widths.length; column += 1)
      widths[column] = Math.max(widths[column]!, row[column]?.length ?? 0);
  return widths;
}
