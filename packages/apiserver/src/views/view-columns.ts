import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { TableColumn } from '../resource/table-column.ts';

/** A column of a view. */
export interface ViewColumn<T extends KubeObject> {
  readonly name: string;
  readonly cell: (object: T, nowMs: number) => unknown;
  /** Whether it is only in wide tables. */
  readonly wide?: boolean;
}

/** Returns the columns of a view, whose objects are all of one type. */
export const viewColumns = <T extends KubeObject>(
  columns: readonly ViewColumn<T>[],
): readonly TableColumn[] =>
  columns.map(({ name, cell, wide = false }) => ({
    ...{ name, type: 'string', format: '', description: '' },
    priority: wide ? 1 : 0,
    cell: (object, nowMs) => cell(object as T, nowMs),
  }));
