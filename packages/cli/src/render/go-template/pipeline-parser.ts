import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command, Operand, Pipeline } from './ast.ts';
import { unquote } from './go-string.ts';
import type { Token } from './lexer.ts';
import { functionNames } from './functions.ts';
import { parseCharacter, parseNumber } from './number-literal.ts';
import { type TokenReader, keywords } from './token-reader.ts';

const constants: Readonly<Record<string, boolean>> = { true: true, false: false };

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
  const operand = termOf(reader, token);
  if (!operand) return undefined;
  if (token.kind !== 'left-paren') reader.next();
  return operand;
}

function termOf(reader: TokenReader, token: Token): Operand | undefined {
  const { text, position } = token;
  const at = { position, source: text };
  switch (token.kind) {
    case 'dot':
      return { kind: 'dot', ...at };
    case 'field':
      return { kind: 'field', names: [text.slice(1)], ...at };
    case 'variable':
      assertKnown(reader, text, token);
      return { kind: 'variable', name: text, names: [], ...at };
    case 'string':
      return { kind: 'constant', value: literal(reader, token, unquote(text), 'string'), ...at };
    case 'character':
      return { kind: 'constant', value: literal(reader, token, parseCharacter(text), 'character'), ...at };
    case 'number':
      return { kind: 'constant', value: literal(reader, token, parseNumber(text), 'number'), ...at };
    case 'left-paren': {
      reader.next();
      const pipeline = parsePipeline(reader, 'parenthesized pipeline', 'right-paren');
      return { kind: 'pipeline', pipeline, position, source: `(${pipeline.source})` };
    }
    case 'word':
      if (keywords.has(text)) return undefined;
      if (text === 'nil') return { kind: 'nil', ...at };
      if (!Object.hasOwn(constants, text) && !functionNames.includes(text))
        throw reader.error(
          `function ${JSON.stringify(text)} not defined`,
          token,
          nearest(text, functionNames),
        );
      return Object.hasOwn(constants, text)
        ? { kind: 'constant', value: constants[text]!, ...at }
        : { kind: 'function', name: text, ...at };
    default:
      return undefined;
  }
}

function literal<T>(reader: TokenReader, token: Token, value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw reader.error(`bad ${what} syntax: ${JSON.stringify(token.text)}`, token);
}

function assertKnown(reader: TokenReader, name: string, token: { readonly position: number }): void {
  if (!reader.scope.includes(name)) throw reader.error(`undefined variable ${JSON.stringify(name)}`, token);
}
