import type { KubeObject } from '../../object/kube-object.ts';
import type { Selector } from '../../store/store.ts';
import { matchesFields } from '../field-selector.ts';
import { matchesLabels } from '../label-selector.ts';
import type { Selection } from '../object-client.ts';
import { badRequest } from '../object-error.ts';
import { resourceName } from '../group-version-resource.ts';
import type { ServedKind } from './served-kind.ts';

const fixedFields = ['metadata.name', 'metadata.namespace'];

/**
 * Pure. Checks that a kind can be selected by all fields of a selection.
 * @throws ObjectError BAD_REQUEST
 */
export function checkSelection(kind: ServedKind, { fields = [] }: Selection): void {
  const selectable = [...fixedFields, ...(kind.selectableFields ?? [])];
  const unknown = fields.find(({ field }) => !selectable.includes(field));
  if (unknown) throw badRequest(`${resourceName(kind)} cannot be selected by the field "${unknown.field}"`);
}

/** Pure. Tells whether an object is selected. */
export function isSelected(object: KubeObject, { namespace, labels = [], fields = [] }: Selection): boolean {
  return (
    (!namespace || object.metadata.namespace === namespace) &&
    matchesLabels(object.metadata.labels, labels) &&
    matchesFields(object, fields)
  );
}

/** Pure. Returns the part of a selection whose answer is the same for all of an object's life. */
export const fixedPart = ({ namespace, fields = [] }: Selection): Selection => ({
  namespace,
  fields: fields.filter(({ field }) => fixedFields.includes(field)),
});

/** Pure. Returns the part of a selection that a store can answer by itself. */
export const storeSelector = ({ namespace, labels = [], fields = [] }: Selection): Selector => ({
  ...(namespace && { namespace }),
  labels: Object.fromEntries(
    labels.flatMap((each) =>
      each.operator === 'In' && each.values.length === 1 ? [[each.key, each.values[0]!]] : [],
    ),
  ),
  fields: Object.fromEntries(
    // An absent field counts as empty here, and as different from every value in a store.
    fields.flatMap(({ field, operator, value }) =>
      operator === '=' && value !== '' ? [[field, value]] : [],
    ),
  ),
});
