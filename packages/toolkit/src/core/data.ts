import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';

/** The name of an entry in a Secret or ConfigMap, which may become the name of a file. */
export const dataKey = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(/^(?!\.\.?$)[-._a-zA-Z0-9]+$/, 'must be letters, digits, dots, dashes and underscores'),
);

export const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const base64 = v.pipe(v.string(), v.regex(isBase64, 'must be Base64'));

/** Pure. Returns an object without data that has no entries, as Kubernetes stores it. */
export function withoutEmptyData<T extends KubeObject>(object: T): T {
  const isEmpty = ([name, value]: readonly [string, unknown]): boolean =>
    (name === 'data' || name === 'binaryData') &&
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 0;
  const entries = Object.entries(object);
  return entries.some(isEmpty) ? (Object.fromEntries(entries.filter((each) => !isEmpty(each))) as T) : object;
}
