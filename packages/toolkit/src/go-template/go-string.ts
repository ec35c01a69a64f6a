const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const escaped = new Map(
  Object.entries(simple)
    .filter(([, char]) => char !== "'")
    .map(([letter, char]) => [char, `\\${letter}`]),
);

/** The value of a Go string or character literal, or undefined for one that is none. See "String literals" of Go's specification. */
export function unquote(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner.replaceAll('\r', '');
  const escapes =
    /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([^]|$))/g;
  let isValid = true;
  const value = inner.replaceAll(escapes, (_whole, ...groups: readonly (string | undefined)[]) => {
    const [letter, hex, short, long, octal] = groups;
    if (letter !== undefined) return simple[letter]!;
    const code =
      octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8);
    if (code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)) return String.fromCodePoint(code);
    isValid = false;
    return '';
  });
  return isValid ? value : undefined;
}

/** A string as Go's `%q` writes it; `quote` is `'` for a character. */
export function quote(text: string, mark: '"' | "'" = '"'): string {
  const inner = codePoints(text).map((char) => {
    if (char === '"' || char === "'") return char === mark ? `\\${char}` : char;
    return escaped.get(char) ?? (isPrintable(char) ? char : escapeCode(char.codePointAt(0)!));
  });
  return `${mark}${inner.join('')}${mark}`;
}

/** A text as Go ranges over it. */
export const codePoints = (text: string): readonly string[] => Array.from(text);

/** As Go's strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the blank. */
export const isPrintable = (char: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char);

function escapeCode(code: number): string {
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
