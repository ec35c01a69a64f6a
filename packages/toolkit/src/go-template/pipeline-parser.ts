import { nearest } from '../text/nearest.ts';
import type { Command, Operand, Pipeline } from './ast.ts';
import { unquote } from './go-string.ts';
import type { Token, TokenKind } from './lexer.ts';
import { parseCharacter, parseNumber } from './number-literal.ts';
import { type TokenReader, keywords } from './token-reader.ts';

/**
 * Reads a pipeline up to the token that ends it, and takes that too. `context` is what errors call the place.
 * @throws TemplateError
 */
export function parsePipeline(
  reader: TokenReader,
  context: string,
  ending: 'close' | 'right-paren',
): Pipeline {
  const { position } = reader.peekNonSpace();
  const { variables, isAssignment } = parseDeclaration(reader, context);
  const commands: Command[] = [];
  while (reader.take(ending) === undefined) commands.push(parseCommand(reader, context, ending));
  if (commands.length === 0) throw reader.error(`missing value for ${context}`);
  commands.slice(1).forEach(({ first }, at) => {
    if (first.kind === 'constant' || first.kind === 'dot' || first.kind === 'nil')
      throw reader.error(`non executable command in pipeline stage ${at + 2}`, first);
  });
  const value = commands.map(({ source }) => source).join(' | ');
  const source =
    variables.length === 0 ? value : `${variables.join(', ')} ${isAssignment ? '=' : ':='} ${value}`;
  if (!isAssignment) reader.scope = [...reader.scope, ...variables];
  return { position, source, variables, isAssignment, commands };
}

/** `$x :=`, `$x =`, and for a range `$i, $x :=`; nothing where there is none of them. */
function parseDeclaration(
  reader: TokenReader,
  context: string,
): Pick<Pipeline, 'variables' | 'isAssignment'> {
  const start = reader.mark();
  const names: string[] = [];
  for (let name = reader.take('variable'); name; name = reader.take('variable')) {
    names.push(name.text);
    const operator = reader.take('declare') ?? reader.take('assign');
    if (operator !== undefined) {
      const isAssignment = operator.kind === 'assign';
      if (isAssignment) names.forEach((each) => assertKnown(reader, each, name));
      return { variables: names, isAssignment };
    }
    if (reader.take('comma') === undefined) break;
    if (context !== 'range' || names.length > 1) throw reader.error(`too many declarations in ${context}`);
  }
  reader.back(start);
  return { variables: [], isAssignment: false };
}

function parseCommand(reader: TokenReader, context: string, ending: 'close' | 'right-paren'): Command {
  const operands: Operand[] = [];
  for (;;) {
    reader.peekNonSpace();
    const operand = parseOperand(reader);
    if (operand) operands.push(operand);
    const token = reader.peek();
    if (token.kind === 'space') continue;
    if (token.kind !== ending && token.kind !== 'pipe') throw reader.unexpected(token, 'operand');
    if (reader.take('pipe') && reader.peekNonSpace().kind === ending)
      throw reader.error(`missing value for ${context}`);
    break;
  }
  const [first, ...args] = operands;
  if (!first) throw reader.error('empty command');
  const source = operands.map((operand) => operand.source).join(' ');
  return { position: first.position, source, first, args };
}

/** A term and the fields that follow it at once, as in `(index .a 1).b`. */
function parseOperand(reader: TokenReader): Operand | undefined {
  const term = parseTerm(reader);
  if (!term || reader.peek().kind !== 'field') return term;
  const { position } = reader.peek();
  const names: string[] = [];
  while (reader.peek().kind === 'field') names.push(reader.next().text.slice(1));
  const source = `${term.source}.${names.join('.')}`;
  switch (term.kind) {
    case 'field':
      return { kind: 'field', names: [...term.names, ...names], position, source };
    case 'variable':
      return { ...term, names: [...term.names, ...names], position, source };
    case 'constant':
    case 'nil':
    case 'dot':
      throw reader.error(`unexpected . after term ${JSON.stringify(term.source)}`, term);
    case 'function':
    case 'chain':
    case 'pipeline':
      return { kind: 'chain', of: term, names, position, source };
  }
}

function parseTerm(reader: TokenReader): Operand | undefined {
  const token = reader.peek();
  if (token.kind === 'word' && keywords.has(token.text)) return undefined;
  const make = terms[token.kind];
  if (make) reader.next();
  return make?.(token, reader);
}

type MakeTerm = (token: Token, reader: TokenReader) => Operand;

const at = ({ text, position }: Token): Pick<Operand, 'position' | 'source'> => ({ position, source: text });
const constant =
  <T extends bigint | number | string>(what: string, parse: (text: string) => T | undefined): MakeTerm =>
  (token, reader) => {
    const value = parse(token.text);
    if (value !== undefined) return { kind: 'constant', value, ...at(token) };
    throw reader.error(`bad ${what} syntax: ${JSON.stringify(token.text)}`, token);
  };

/** What an operand may begin with. */
const terms: Readonly<Partial<Record<TokenKind, MakeTerm>>> = {
  dot: (token) => ({ kind: 'dot', ...at(token) }),
  field: (token) => ({ kind: 'field', names: [token.text.slice(1)], ...at(token) }),
  string: constant('string', unquote),
  character: constant('character', parseCharacter),
  number: constant('number', parseNumber),
  variable: (token, reader) => {
    assertKnown(reader, token.text, token);
    return { kind: 'variable', name: token.text, names: [], ...at(token) };
  },
  'left-paren': ({ position }, reader) => {
    const pipeline = parsePipeline(reader, 'parenthesized pipeline', 'right-paren');
    return { kind: 'pipeline', pipeline, position, source: `(${pipeline.source})` };
  },
  word: (token, reader) => {
    const { text } = token;
    if (text === 'nil') return { kind: 'nil', ...at(token) };
    if (text === 'true' || text === 'false')
      return { kind: 'constant', value: text === 'true', ...at(token) };
    const { functionNames } = reader;
    if (functionNames.includes(text)) return { kind: 'function', name: text, ...at(token) };
    const what = `function ${JSON.stringify(text)} not defined`;
    throw reader.error(what, token, nearest(text, functionNames));
  },
};

function assertKnown(reader: TokenReader, name: string, token: { readonly position: number }): void {
  if (!reader.scope.includes(name)) throw reader.error(`undefined variable ${JSON.stringify(name)}`, token);
}
