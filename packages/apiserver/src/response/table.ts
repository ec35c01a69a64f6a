import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { TableColumn } from '../resource/table-column.ts';
import { type WireKind, type WireObject, wireObject } from './wire-object.ts';

/** What of its object a row holds. */
export type IncludedObject = 'None' | 'Metadata' | 'Object';

/** The metadata of a list (Kubernetes: ListMeta). */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** A list in the form in which it is printed (Kubernetes: meta.k8s.io Table). */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  readonly columnDefinitions: readonly Omit<TableColumn, 'cell'>[];
  readonly rows: readonly TableRow[];
}

interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: WireObject | PartialObjectMetadata;
}

interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: string;
  readonly metadata: WireObject['metadata'];
}

interface TableOptions extends WireKind {
  readonly version: string;
  readonly columns: readonly TableColumn[];
  readonly include: IncludedObject;
  readonly nowMs: number;
}

/** Pure. Returns objects as a table. */
export function tableOf(objects: readonly KubeObject[], metadata: ListMeta, options: TableOptions): Table {
  const { version, columns } = options;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: columns.map(({ cell: _cell, ...definition }) => definition),
    rows: objects.map((object) => rowOf(object, options)),
  };
}

function rowOf(object: KubeObject, options: TableOptions): TableRow {
  const { version, columns, include, nowMs } = options;
  const cells = columns.map((column) => cellOf(column, object, nowMs));
  if (include === 'None') return { cells };
  return {
    cells,
    object: include === 'Object' ? wireObject(object, options) : partialMetadata(object, version, options),
  };
}

/** A cell may read a field that nobody has filled in yet. */
function cellOf({ cell }: TableColumn, object: KubeObject, nowMs: number): unknown {
  try {
    return cell(object, nowMs);
  } catch (failure) {
    if (failure instanceof TypeError) return '<unknown>';
    throw failure;
  }
}

/** Pure. Returns the metadata of an object alone. */
export const partialMetadata = (
  object: KubeObject,
  version: string,
  kind: WireKind,
): PartialObjectMetadata => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: wireObject(object, kind).metadata,
});
