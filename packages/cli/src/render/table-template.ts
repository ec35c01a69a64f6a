/** A template of columns, as Docker has it. */
export interface TableTemplate {
  readonly header: readonly string[];
  /** Whose result has tabs between the columns. */
  readonly template: string;
}

const tab = /\t|\\t/g;

/** Pure. What `table {{.Name}}\t{{.Status}}` asks for; undefined for a template that is no table. */
export function tableTemplate(text: string): TableTemplate | undefined {
  const columns = /^table\s+(\S.*)$/s.exec(text)?.[1]?.split(tab);
  return columns && { header: columns.map(titleOf), template: columns.join('\t') };
}

/** The last name that the column asks for. */
const titleOf = (column: string): string =>
  ([...column.matchAll(/\.([A-Za-z_]\w*)/g)].at(-1)?.[1] ?? column).toUpperCase();
