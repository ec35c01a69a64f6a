import { type JsonRecord, isRecord } from '../../structural-schema/json-record.ts';

/** Returns the element of a path that leads to a field. */
export const fieldElement = (name: string): string => `f:${name}`;

/** Returns the element of a path that leads to the item of a list with some keys. */
export const keyElement = (keys: JsonRecord): string => `k:${canonical(keys)}`;

/** Returns the element of a path that leads to an item of a set. */
export const valueElement = (value: unknown): string => `v:${canonical(value)}`;

/** Returns the name of the field that an element leads to, if it leads to a field. */
export const fieldNameOf = (element: string): string | undefined =>
  element.startsWith('f:') ? element.slice(2) : undefined;

/** Writes JSON with the fields of objects in order, so that equal values have the same text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
  );

/** Writes a path as Kubernetes does in messages, such as `.spec.ports[name="web"].port`. */
export const pathText = (path: readonly string[]): string => path.map(elementText).join('');

function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${rest}`;
    case 'k:':
      return `[${keysText(JSON.parse(rest))}]`;
    case 'v:':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}

const keysText = (keys: unknown): string =>
  isRecord(keys)
    ? Object.entries(keys)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')
    : '';
