import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column } from '@ignite/toolkit/scheme/resource';

/** A column of the tables that a client of the API prints (Kubernetes: TableColumnDefinition). */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** The format `name` marks the name of the object. */
  readonly format: string;
  readonly description: string;
  /** Columns with a priority over 0 are only in wide tables. */
  readonly priority: number;
  readonly cell: (object: KubeObject, nowMs: number) => unknown;
}

export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name of the object.',
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

/**
 * Pure. Returns the columns of a kind as Kubernetes' tables have them: the name comes first. A kind that has no
 * column for it shows it last, in wide tables.
 */
export function tableColumns(columns: readonly Column<KubeObject>[]): readonly TableColumn[] {
  const others = columns.filter(({ title }) => title !== 'NAME').map(tableColumn);
  return others.length === columns.length && columns.length > 0
    ? [...others, { ...nameColumn, priority: 1 }]
    : [nameColumn, ...others];
}

const tableColumn = (column: Column<KubeObject>): TableColumn => ({
  name: column.title,
  type: 'string',
  format: '',
  description: '',
  priority: column.wide ? 1 : 0,
  cell: (object, nowMs) => column.cell(object, nowMs),
});
