import { formatFloat } from './float-text.ts';
import { codePoints, isPrintable, quote } from './go-string.ts';
import { printValue } from './print.ts';
import { GoFunction, type GoValue, GoMap, GoObject, isList, typeName, underlying } from './value.ts';

/** One verb of a format: `%-10.3s`. */
interface Verb {
  readonly letter: string;
  readonly flags: string;
  /** `%+v`: the names of fields are printed too. */
  readonly withNames: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

/** How wide a cell may be asked to be, as in Go. */
const maxWidth = 1_000_000;
const directive = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?([^]|$)/gu;

/** As fmt.Sprintf, with its way of telling mistakes in the text: `%!d(string=a)`, `%!s(MISSING)`. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let next = 0;
  let isReordered = false;
  const text = format.replaceAll(
    directive,
    (whole: string, flags: string, width?: string, precision?: string, index?: string, letter = '') => {
      if (letter === '%') return '%';
      if (letter === '') return '%!(NOVERB)';
      const sizes = [width, whole.includes('.') ? (precision ?? '0') : undefined].map((size) =>
        size === '*' ? starSize(args[next++]) : size === undefined ? undefined : Number(size),
      );
      if (index !== undefined) {
        isReordered = true;
        next = Number(index) - 1;
        if (next < 0 || next >= args.length) return `%!${letter}(BADINDEX)`;
      }
      if (next >= args.length) return `%!${letter}(MISSING)`;
      const [wide = 0, exact] = sizes;
      const plain = letter === 'v' ? flags.replaceAll('+', '') : flags;
      const verb = {
        letter,
        flags: wide < 0 ? `${plain}-` : plain,
        withNames: letter === 'v' && flags.includes('+'),
        width: Math.min(Math.abs(wide), maxWidth),
        precision: exact === undefined ? undefined : Math.min(exact, maxWidth),
      };
      return formatValue(args[next++], verb);
    },
  );
  const extra = isReordered ? [] : args.slice(next);
  if (extra.length === 0) return text;
  return `${text}%!(EXTRA ${extra.map((value) => `${typeName(value)}=${printValue(value)}`).join(', ')})`;
}

function starSize(value: GoValue): number | undefined {
  const size = underlying(value);
  return typeof size === 'bigint' ? Number(size) : undefined;
}

function formatValue(value: GoValue, verb: Verb): string {
  const { letter, flags } = verb;
  if (letter === 'T') return pad(typeName(value), verb);
  if (letter === 'v' && flags.includes('#')) return pad(goSyntax(value), verb);
  const text = textFor(value, letter);
  if (text !== undefined) return formatText(text, verb) ?? badVerb(value, letter);
  const inner = underlying(value);
  if (isList(inner)) return `[${inner.map((each) => formatValue(each, verb)).join(' ')}]`;
  if (inner instanceof GoMap) {
    const pairs = inner.sorted().map(([key, each]) => `${formatValue(key, verb)}:${formatValue(each, verb)}`);
    return `map[${pairs.join(' ')}]`;
  }
  if (inner instanceof GoObject) return formatFields(inner, verb);
  if (inner === null || inner === undefined)
    return letter === 'v' ? pad('<nil>', verb) : `%!${letter}(<nil>)`;
  const isFunction = inner instanceof GoFunction;
  return (isFunction ? undefined : formatScalar(inner, verb)) ?? badVerb(inner, letter);
}

/** What its String method gives, for the verbs that ask for it. */
const textFor = (value: GoValue, letter: string): string | undefined =>
  value instanceof GoObject && value.parts.isNil !== true && 'vsxXq'.includes(letter)
    ? value.parts.text
    : undefined;

function formatFields({ parts }: GoObject, verb: Verb): string {
  const fields = Object.entries(parts.fields ?? {}).map(([name, value]) => {
    const text = formatValue(value, verb);
    return verb.withNames ? `${name}:${text}` : text;
  });
  return `{${fields.join(' ')}}`;
}

function formatScalar(value: boolean | bigint | number | string, verb: Verb): string | undefined {
  if (typeof value === 'string') return formatText(value, verb);
  if (typeof value === 'bigint') return formatInteger(value, verb);
  if (typeof value === 'number') return formatNumber(value, verb);
  return verb.letter === 't' || verb.letter === 'v' ? pad(String(value), verb) : undefined;
}

function formatText(text: string, verb: Verb): string | undefined {
  const { precision } = verb;
  const cut = precision === undefined ? text : codePoints(text).slice(0, precision).join('');
  switch (verb.letter) {
    case 's':
    case 'v':
      return pad(cut, verb);
    case 'q':
      return pad(verb.flags.includes('#') && !/[`\n\r]/.test(cut) ? `\`${cut}\`` : quote(cut), verb);
    case 'x':
    case 'X': {
      const hex = Buffer.from(cut).toString('hex');
      const marked = verb.flags.includes('#') && hex !== '' ? `0x${hex}` : hex;
      return pad(verb.letter === 'X' ? marked.toUpperCase() : marked, verb);
    }
    default:
      return undefined;
  }
}

const radixes: Readonly<Record<string, readonly [number, string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function formatInteger(value: bigint, verb: Verb): string | undefined {
  const { letter, flags, precision } = verb;
  const code = Number(value);
  const isCharacter = value >= 0n && value <= 0x10ffffn;
  if (letter === 'c') return pad(isCharacter ? String.fromCodePoint(code) : '\ufffd', verb);
  if (letter === 'q') return pad(quote(isCharacter ? String.fromCodePoint(code) : '\ufffd', "'"), verb);
  if (letter === 'U') return pad(unicode(code, flags.includes('#')), verb);
  const [radix, prefix] = radixes[letter] ?? [];
  if (radix === undefined) return undefined;
  const size = (value < 0n ? -value : value).toString(radix);
  const digits = precision === undefined ? size : size.padStart(precision, '0');
  const marked = `${flags.includes('#') ? prefix : ''}${letter === 'X' ? digits.toUpperCase() : digits}`;
  return padNumber(signOf(value < 0n, flags), marked, verb);
}

function unicode(code: number, withCharacter: boolean): string {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const char = String.fromCodePoint(code);
  return withCharacter && isPrintable(char) ? `${name} '${char}'` : name;
}

function formatNumber(value: number, verb: Verb): string | undefined {
  const form = { v: 'g', g: 'g', G: 'g', e: 'e', E: 'e', f: 'f', F: 'f' }[verb.letter] as
    'e' | 'f' | 'g' | undefined;
  if (form === undefined) return undefined;
  const precision = verb.precision ?? (form === 'g' ? undefined : 6);
  const text = formatFloat(Math.abs(value), form, precision);
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = signOf(isNegative, verb.flags);
  return padNumber(sign, /[GE]/.test(verb.letter) ? text.toUpperCase() : text.replace(/^\+/, ''), verb);
}

const signOf = (isNegative: boolean, flags: string): string =>
  isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

/** Noughts go between the sign and the digits, and not where a precision already says how many. */
function padNumber(sign: string, digits: string, verb: Verb): string {
  const { flags, width, precision, letter } = verb;
  const isExact = precision !== undefined && 'dboxX'.includes(letter);
  if (!flags.includes('0') || flags.includes('-') || isExact) return pad(`${sign}${digits}`, verb);
  return `${sign}${digits.padStart(width - sign.length, '0')}`;
}

function pad(text: string, { flags, width }: Verb): string {
  const missing = ' '.repeat(Math.max(0, width - codePoints(text).length));
  return flags.includes('-') ? `${text}${missing}` : `${missing}${text}`;
}

const badVerb = (value: GoValue, letter: string): string =>
  `%!${letter}(${typeName(value)}=${printValue(value)})`;

/** `%#v` of simple values; others print as with `%+v`. */
function goSyntax(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>';
  return typeof value === 'string' ? quote(value) : printValue(value, true);
}
