import { CallError } from './call-error.ts';
import { isEqual, isLess } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import { codePoints } from './go-string.ts';
import { plainJson } from './plain-json.ts';
import { printAll, printLine, printValue } from './print.ts';
import { sprintf } from './printf.ts';
import { GoFunction, GoMap, type GoValue, isList, isTrue, typeName, underlying } from './value.ts';

/** How many characters a function may make of separators. */
const maxText = 16_000_000;

const all = (call: (values: readonly GoValue[]) => GoValue): GoFunction =>
  new GoFunction(['any'], (...values: readonly GoValue[]) => call(values), true);
const some = (call: (first: GoValue, ...others: readonly GoValue[]) => GoValue): GoFunction =>
  new GoFunction(['any', 'any'], call, true);
const pair = (call: (first: GoValue, second: GoValue) => GoValue): GoFunction =>
  new GoFunction(['any', 'any'], call);
const text = (call: (value: string) => GoValue): GoFunction => new GoFunction(['string'], call);

/** Those of text/template ("Functions") and, in the last paragraph, Docker's. `and` and `or` are the evaluator's own. */
export const functions: ReadonlyMap<string, GoFunction> = new Map([
  ['not', new GoFunction(['any'], (value: GoValue) => !isTrue(value))],
  ['len', new GoFunction(['any'], length)],
  ['index', some(index)],
  ['slice', some(slice)],
  ['call', some(callFunction)],
  ['print', all(printAll)],
  ['println', all(printLine)],
  [
    'printf',
    new GoFunction(
      ['string', 'any'],
      (format: string, ...values: readonly GoValue[]) => sprintf(format, values),
      true,
    ),
  ],
  ['html', all((values) => escapeHtml(printAll(values)))],
  ['js', all((values) => escapeJs(printAll(values)))],
  ['urlquery', all((values) => escapeQuery(printAll(values)))],
  ['eq', some(isEqual)],
  ['ne', pair((a, b) => !isEqual(a, b))],
  ['lt', pair(isLess)],
  ['le', pair((a, b) => isLess(a, b) || isEqual(a, b))],
  ['gt', pair((a, b) => !isLess(a, b) && !isEqual(a, b))],
  ['ge', pair((a, b) => !isLess(a, b))],

  ['json', new GoFunction(['any'], (value: GoValue) => JSON.stringify(plainJson(value)))],
  [
    'join',
    new GoFunction(['list', 'string'], (list: readonly GoValue[], separator: string) => {
      if (list.length * separator.length > maxText) throw new CallError('it makes too much text');
      return list.map((each) => printValue(each)).join(separator);
    }),
  ],
  [
    'split',
    new GoFunction(['string', 'string'], (whole: string, separator: string) =>
      separator === '' ? codePoints(whole) : whole.split(separator),
    ),
  ],
  ['lower', text((value) => value.toLowerCase())],
  ['upper', text((value) => value.toUpperCase())],
  ['title', text(title)],
]);

function length(value: GoValue): bigint {
  const inner = underlying(value);
  if (inner === null) throw new CallError('len of nil pointer');
  if (typeof inner === 'string') return BigInt(Buffer.byteLength(inner));
  if (isList(inner)) return BigInt(inner.length);
  if (inner instanceof GoMap) return BigInt(inner.entries.size);
  throw new CallError(inner === undefined ? 'len of untyped nil' : `len of type ${typeName(value)}`);
}

/** `index x 1 2` is x[1][2]. */
function index(item: GoValue, ...indices: readonly GoValue[]): GoValue {
  return indices.reduce((at, key) => {
    const inner = underlying(at);
    const wanted = underlying(key);
    if (inner === null) throw new CallError('index of nil pointer');
    if (inner === undefined) throw new CallError('index of untyped nil');
    if (inner instanceof GoMap) {
      if (typeof wanted !== 'string')
        throw new CallError(`value has type ${typeName(wanted)}; should be string`);
      return inner.entries.has(wanted) ? inner.entries.get(wanted) : inner.zero;
    }
    if (isList(inner)) return inner[position(wanted, inner.length - 1)];
    if (typeof inner !== 'string') throw new CallError(`can't index item of type ${typeName(at)}`);
    const bytes = Buffer.from(inner);
    return BigInt(bytes[position(wanted, bytes.length - 1)]!);
  }, item);
}

/** `slice x 1 3` is x[1:3]. */
function slice(item: GoValue, ...bounds: readonly GoValue[]): GoValue {
  const inner = underlying(item);
  if (typeof inner !== 'string' && !isList(inner))
    throw new CallError(`can't slice item of type ${typeName(item)}`);
  if (bounds.length > 2) throw new CallError(`too many slice indexes: ${bounds.length}`);
  const size = typeof inner === 'string' ? Buffer.byteLength(inner) : inner.length;
  const [begin = 0, end = size] = bounds.map((bound) => position(underlying(bound), size));
  if (begin > end) throw new CallError(`invalid slice index: ${begin} > ${end}`);
  return typeof inner === 'string'
    ? Buffer.from(inner).subarray(begin, end).toString()
    : inner.slice(begin, end);
}

function position(wanted: GoValue, last: number): number {
  if (typeof wanted !== 'bigint')
    throw new CallError(`cannot index slice/array with type ${typeName(wanted)}`);
  if (wanted < 0n || wanted > BigInt(last)) throw new CallError(`index out of range: ${wanted}`);
  return Number(wanted);
}

function callFunction(callee: GoValue, ...args: readonly GoValue[]): GoValue {
  if (!(callee instanceof GoFunction))
    throw new CallError(
      callee === undefined || callee === null ? 'call of nil' : `non-function of type ${typeName(callee)}`,
    );
  const { parameters, isVariadic } = callee;
  const least = isVariadic ? parameters.length - 1 : parameters.length;
  if (args.length < least || (!isVariadic && args.length > least))
    throw new CallError(
      `wrong number of args: got ${args.length} want ${isVariadic ? 'at least ' : ''}${least}`,
    );
  return callee.call(...args);
}

/** Capitals at the beginnings of words. */
function title(value: string): string {
  return value.replaceAll(
    /(^|[^\p{L}\p{Nd}_])(\p{L})/gu,
    (_whole, before: string, letter: string) => `${before}${letter.toUpperCase()}`,
  );
}
