import { createHash } from 'node:crypto';
import { CallError } from '@ignite/toolkit/go-template/call-error';
import { plainJson } from '@ignite/toolkit/go-template/plain-json';
import { parseTemplate } from '@ignite/toolkit/go-template/template';
import { GoFunction, GoMap, type GoValue, isList, isTrue } from '@ignite/toolkit/go-template/value';
import { isOlder, minorOf } from './kubernetes-version.ts';

/** What a template of a ClusterClass may do. Its author need not be trusted with the host. */
const limits = { steps: 10_000, characters: 100_000, work: 5_000_000 };
/** How long a version may be, with requirements that it is to fulfil. */
const longestVersions = 1_000;

/**
 * Reads a template of a ClusterClass. What is returned renders JSON data.
 * @throws TemplateError also from what is returned
 */
export function parseClassTemplate(name: string, text: string): (data: object) => string {
  const render = parseTemplate(name, text, { functions, limits });
  return (data) => render(goValueOf(data));
}

/** A whole number is an integer, so that templates can compare it. */
function goValueOf(value: unknown): GoValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(goValueOf);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  return new GoMap(Object.entries(value).map(([key, each]) => [key, goValueOf(each)]));
}

const ofText = (call: (text: string) => GoValue): GoFunction => new GoFunction(['string'], call);
const ofTexts = (call: (first: string, second: string) => GoValue): GoFunction =>
  new GoFunction(['string', 'string'], call);
const ofIntegers = (call: (first: bigint, second: bigint) => bigint): GoFunction =>
  // Integers have 64 bits, as in Go: larger ones would take ever longer.
  new GoFunction(['int', 'int'], (first: bigint, second: bigint) => BigInt.asIntN(64, call(first, second)));
const ofAny = (call: (...values: readonly GoValue[]) => GoValue, isVariadic = false): GoFunction =>
  new GoFunction(['any'], call, isVariadic);
const indented = (width: bigint, text: string): string =>
  text
    .split('\n')
    .map((line) => `${' '.repeat(Math.max(0, Math.min(Number(width), 100)))}${line}`)
    .join('\n');

/** The functions of sprig that classes use most, with its arguments in its order. */
const functions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'default',
    new GoFunction(['any', 'any'], (otherwise: GoValue, value: GoValue) =>
      isTrue(value) ? value : otherwise,
    ),
  ],
  ['empty', ofAny((value) => !isTrue(value))],
  ['coalesce', ofAny((...values) => values.find(isTrue) ?? null, true)],
  [
    'ternary',
    new GoFunction(['any', 'any', 'any'], (whenTrue: GoValue, whenFalse: GoValue, holds: GoValue) =>
      isTrue(holds) ? whenTrue : whenFalse,
    ),
  ],
  ['quote', ofAny((value) => JSON.stringify(textOf(value)))],
  ['squote', ofAny((value) => `'${textOf(value)}'`)],
  ['toString', ofAny(textOf)],
  ['toJson', ofAny((value) => JSON.stringify(plainJson(value)))],
  ['trim', ofText((text) => text.trim())],
  ['trimPrefix', ofTexts((prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
  [
    'trimSuffix',
    ofTexts((suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  ],
  ['hasPrefix', ofTexts((prefix, text) => text.startsWith(prefix))],
  ['hasSuffix', ofTexts((suffix, text) => text.endsWith(suffix))],
  ['contains', ofTexts((part, text) => text.includes(part))],
  [
    'replace',
    new GoFunction(['string', 'string', 'string'], (old: string, next: string, text: string) => {
      const times = old === '' ? text.length + 1 : text.split(old).length - 1;
      if (times * next.length > limits.characters) throw new CallError('it makes too much text');
      return text.replaceAll(old, () => next);
    }),
  ],
  ['trunc', new GoFunction(['int', 'string'], (length: bigint, text: string) => truncated(length, text))],
  ['indent', new GoFunction(['int', 'string'], indented)],
  [
    'nindent',
    new GoFunction(['int', 'string'], (width: bigint, text: string) => `\n${indented(width, text)}`),
  ],
  ['b64enc', ofText((text) => Buffer.from(text).toString('base64'))],
  ['b64dec', ofText((text) => Buffer.from(text, 'base64').toString())],
  ['sha256sum', ofText((text) => createHash('sha256').update(text).digest('hex'))],
  ['list', ofAny((...values) => values, true)],
  [
    'has',
    new GoFunction(['any', 'list'], (value: GoValue, list: readonly GoValue[]) => list.includes(value)),
  ],
  ['hasKey', new GoFunction(['any', 'string'], hasKey)],
  ['add', ofIntegers((a, b) => a + b)],
  ['sub', ofIntegers((a, b) => a - b)],
  ['mul', ofIntegers((a, b) => a * b)],
  ['semverCompare', ofTexts(fulfils)],
]);

function textOf(value: GoValue): string {
  if (value === null || value === undefined) return '';
  return isList(value) || value instanceof GoMap ? JSON.stringify(plainJson(value)) : String(value as string);
}

/** A length below 0 counts from the end. */
const truncated = (length: bigint, text: string): string =>
  length < 0n ? text.slice(Number(length)) : text.slice(0, Number(length));

function hasKey(map: GoValue, key: string): boolean {
  if (!(map instanceof GoMap)) throw new CallError('the first argument must be a map');
  return map.entries.has(key);
}

/** Tells whether a version fulfils requirements such as `>= 1.31.0, < 1.33`. */
function fulfils(requirements: string, version: string): boolean {
  if (requirements.length + version.length > longestVersions)
    throw new CallError('the versions are too long');
  return requirements.split(',').every((each) => {
    const [, operator = '=', wanted = ''] = /^(>=|<=|>|<|!=|=)?\s*(\S+)$/.exec(each.trim()) ?? [];
    const complete = /^v?\d+\.\d+$/.test(wanted) ? `${wanted}.0` : wanted;
    for (const given of [complete, version])
      if (!minorOf(given)) throw new CallError(`${JSON.stringify(given)} is no version`);
    const isLess = isOlder(version, complete);
    const isMore = isOlder(complete, version);
    return {
      '>=': !isLess,
      '<=': !isMore,
      '>': isMore,
      '<': isLess,
      '!=': isLess || isMore,
      '=': !isLess && !isMore,
    }[operator]!;
  });
}
