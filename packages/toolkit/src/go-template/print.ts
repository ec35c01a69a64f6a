import { formatFloat } from './float-text.ts';
import { type GoValue, GoFunction, GoMap, GoObject, isList, underlying } from './value.ts';

/** A value as Go's `%v` prints it, or with `withNames` as `%+v`: `map[a:b c:d]`, `[a b]`, `{true }`, `<nil>`. */
export function printValue(value: GoValue, withNames = false): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof GoObject) return printObject(value, withNames);
  if (value instanceof GoMap)
    return `map[${value
      .sorted()
      .map(([key, each]) => `${key}:${printValue(each, withNames)}`)
      .join(' ')}]`;
  if (value instanceof GoFunction) return 'func';
  if (isList(value)) return `[${value.map((each) => printValue(each, withNames)).join(' ')}]`;
  return typeof value === 'number' ? formatFloat(value, 'g') : String(value);
}

function printObject({ parts }: GoObject, withNames: boolean): string {
  if (parts.isNil === true) return '<nil>';
  if (parts.text !== undefined) return parts.text;
  if (parts.value !== undefined) return printValue(parts.value, withNames);
  const fields = Object.entries(parts.fields ?? {}).map(([name, value]) => {
    const text = printValue(value, withNames);
    return withNames ? `${name}:${text}` : text;
  });
  return `{${fields.join(' ')}}`;
}

/** As fmt.Sprint: a blank between two operands of which neither is a string. */
export function printAll(values: readonly GoValue[]): string {
  return values
    .map((value, at) => {
      const isApart = at > 0 && !isText(value) && !isText(values[at - 1]);
      return `${isApart ? ' ' : ''}${printValue(value)}`;
    })
    .join('');
}

/** As fmt.Sprintln: a blank between all, and a new line. */
export const printLine = (values: readonly GoValue[]): string =>
  `${values.map((value) => printValue(value)).join(' ')}\n`;

const isText = (value: GoValue): boolean => typeof underlying(value) === 'string';
