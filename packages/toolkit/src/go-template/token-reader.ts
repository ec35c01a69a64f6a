import type { Token, TokenKind } from './lexer.ts';
import { quote } from './go-string.ts';
import { type TemplateSource, parseError } from './template-error.ts';

/** The tokens of a template one by one, and the variables that are known where it stands. */
export class TokenReader {
  /** Those of the enclosing actions; `$` is always there. */
  scope: readonly string[] = ['$'];
  /** The names of everything that may be called. */
  readonly functionNames: readonly string[];
  readonly #source: TemplateSource;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: TemplateSource, tokens: readonly Token[], functionNames: readonly string[]) {
    this.functionNames = functionNames;
    this.#source = source;
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The first token from here that is no blank. */
  peekNonSpace(): Token {
    while (this.peek().kind === 'space') this.#at += 1;
    return this.peek();
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  nextNonSpace(): Token {
    this.peekNonSpace();
    return this.next();
  }

  /** Takes the next token if it is of this kind. */
  take(kind: TokenKind): Token | undefined {
    return this.peekNonSpace().kind === kind ? this.next() : undefined;
  }

  /** @throws TemplateError unless the next token is of this kind */
  expect(kind: TokenKind, context: string): Token {
    const token = this.nextNonSpace();
    if (token.kind !== kind) throw this.unexpected(token, context);
    return token;
  }

  mark(): number {
    return this.#at;
  }

  back(mark: number): void {
    this.#at = mark;
  }

  unexpected(token: Token, context: string): Error {
    return this.error(`unexpected ${described(token)} in ${context}`, token);
  }

  error(what: string, { position }: { readonly position: number } = this.peek(), meant?: string): Error {
    return parseError(this.#source, position, what, meant);
  }
}

function described({ kind, text }: Token): string {
  if (kind === 'end') return 'EOF';
  if (keywords.has(text)) return `{{${text}}}`;
  return text.length > 10 ? `${quote(text.slice(0, 10))}...` : quote(text);
}

/** Words that begin or end an action. */
export const keywords: ReadonlySet<string> = new Set([
  'if',
  'with',
  'range',
  'else',
  'end',
  'define',
  'template',
  'block',
  'break',
  'continue',
]);
