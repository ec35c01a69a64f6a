import { type TemplateSource, parseError } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'field'
  | 'variable'
  | 'word'
  | 'number'
  | 'character'
  | 'string'
  | 'dot'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'left-paren'
  | 'right-paren'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly position: number;
}

/** What stands inside an action; the first that fits is taken. */
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\.)*'/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['number', /[+-]?(?:0[xX][\da-fA-F_]*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d*)?)[\p{L}\p{Nd}_]*/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['comma', /,/y],
  ['pipe', /\|/y],
  ['left-paren', /\(/y],
  ['right-paren', /\)/y],
];
/** What may follow a name without a blank. */
const terminator = /[ \t\r\n.,|:()]|\}\}|$/y;
const opening = /\{\{(?:-(?=[ \t\r\n]))?/g;
const closing = /(?:[ \t\r\n]+-)?\}\}/y;
const comment = /[ \t\r\n]?\/\*/y;

const unterminated: Readonly<Record<string, string>> = {
  '"': 'unterminated quoted string',
  '`': 'unterminated raw quoted string',
  "'": 'unterminated character constant',
};

/** Cuts a template into tokens; comments and what trim markers take away are left out. @throws TemplateError */
export function lex(source: TemplateSource): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  let trimsLeft = false;
  for (;;) {
    opening.lastIndex = at;
    const open = opening.exec(text);
    const trimsRight = open?.[0] === '{{-';
    addText(tokens, text.slice(at, open?.index), at, { trimsLeft, trimsRight });
    if (!open) return [...tokens, { kind: 'end', text: '', position: text.length }];
    const inner = open.index + open[0].length;
    const close =
      closeOfComment(source, inner, trimsRight) ?? lexAction(source, tokens, { open: open.index, inner });
    trimsLeft = close.text.endsWith('-}}');
    at = close.position + close.text.length;
  }
}

function addText(
  tokens: Token[],
  text: string,
  position: number,
  { trimsLeft, trimsRight }: { readonly trimsLeft: boolean; readonly trimsRight: boolean },
): void {
  const left = trimsLeft ? text.replace(/^[ \t\r\n]+/, '') : text;
  const rest = trimsRight ? left.replace(/[ \t\r\n]+$/, '') : left;
  if (rest !== '') tokens.push({ kind: 'text', text: rest, position });
}

/** The end of the action that is a comment and nothing else, or undefined where it is none. */
function closeOfComment(source: TemplateSource, inner: number, trims: boolean): Token | undefined {
  const begin = matchAt(comment, source.text, inner);
  if (begin === undefined || (begin.startsWith('/') ? trims : !trims)) return undefined;
  const end = source.text.indexOf('*/', inner + begin.length);
  if (end < 0) throw parseError(source, inner, 'unclosed comment');
  const close = matchAt(closing, source.text, end + 2);
  if (close === undefined) throw parseError(source, inner, 'comment ends before closing delimiter');
  return { kind: 'close', text: close, position: end + 2 };
}

/** Adds the tokens of one action and returns the last, which closes it. */
function lexAction(
  source: TemplateSource,
  tokens: Token[],
  { open, inner }: { readonly open: number; readonly inner: number },
): Token {
  tokens.push({ kind: 'open', text: '{{', position: open });
  let depth = 0;
  for (let at = inner; ;) {
    const close = matchAt(closing, source.text, at);
    if (close !== undefined) {
      if (depth > 0) throw parseError(source, at, 'unclosed left paren');
      const token: Token = { kind: 'close', text: close, position: at };
      tokens.push(token);
      return token;
    }
    const token = nextToken(source, at);
    if (token.kind === 'left-paren') depth += 1;
    if (token.kind === 'right-paren' && --depth < 0) throw parseError(source, at, 'unexpected right paren');
    tokens.push(token);
    at += token.text.length;
  }
}

function nextToken(source: TemplateSource, at: number): Token {
  const { text } = source;
  if (at >= text.length) throw parseError(source, at, 'unclosed action');
  for (const [kind, pattern] of patterns) {
    const found = matchAt(pattern, text, at);
    if (found === undefined) continue;
    const next = at + found.length;
    if (/^(field|variable|word)$/.test(kind) && matchAt(terminator, text, next) === undefined)
      throw badCharacter(source, next);
    return { kind, text: found, position: at };
  }
  throw unterminated[text[at]!] === undefined
    ? badCharacter(source, at)
    : parseError(source, at, unterminated[text[at]!]!);
}

function badCharacter(source: TemplateSource, at: number): Error {
  const code = source.text.codePointAt(at)!;
  const name = code.toString(16).toUpperCase().padStart(4, '0');
  return parseError(source, at, `bad character U+${name} '${String.fromCodePoint(code)}'`);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  const sticky = pattern;
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
