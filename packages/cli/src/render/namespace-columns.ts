import { shownName } from '@ignite/api/v1/shown-name';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column } from '@ignite/toolkit/scheme/resource';
import type { Invocation } from '../arguments/command.ts';

/**
 * Returns the columns of a list. A name is shown with its namespace, unless the list is of one namespace alone, or has a
 * column for them.
 */
export function namespaceColumns<T extends KubeObject>(
  columns: readonly Column<T>[],
  { flags, namespace }: Pick<Invocation, 'flags' | 'namespace'>,
): readonly Column<T>[] {
  const isOfAll = flags.isSet('all-namespaces');
  if (!isOfAll && namespace === undefined) return columns;
  const named = columns.map((column) =>
    column.title === 'NAME' ? { ...column, cell: (object: T) => shownName(object) } : column,
  );
  return isOfAll ? [{ title: 'NAMESPACE', cell: ({ metadata }) => metadata.namespace }, ...named] : named;
}
