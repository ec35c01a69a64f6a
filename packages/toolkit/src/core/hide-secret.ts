import { type FieldChange, isWithin } from '../diff/field-change.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { SecretFields } from './resources/secret.ts';

/** What is shown in the place of a value. */
const hidden = '(hidden)';

const isSecret = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === 'v1' && kind === 'Secret';

/** Pure. Returns an object as it may be shown to anyone: a Secret with the names of its values alone. */
export function withoutSecrets<T extends KubeObject>(object: T): T {
  if (!isSecret(object)) return object;
  const { data, stringData } = object as SecretFields;
  return {
    ...object,
    ...(data && { data: hiddenValues(data) }),
    ...(stringData && { stringData: hiddenValues(stringData) }),
  };
}

const hiddenValues = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, hidden]));

/** Pure. Returns the changes of an object as they may be shown to anyone: which values of a Secret differ. */
export function changesWithoutSecrets(
  object: Pick<KubeObject, 'apiVersion' | 'kind'>,
  changes: readonly FieldChange[],
): readonly FieldChange[] {
  return isSecret(object) ? changes.map(hiddenChange) : changes;
}

function hiddenChange({ path, from, to }: FieldChange): FieldChange {
  const isValue = isWithin(path, '/data') || isWithin(path, '/stringData');
  const shown = (value: unknown): unknown => (value === undefined || !isValue ? value : hidden);
  return { path, from: shown(from), to: shown(to) };
}
