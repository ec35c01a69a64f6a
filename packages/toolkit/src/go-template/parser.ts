import type { Branches, Node, ParsedTemplate } from './ast.ts';
import { unquote } from './go-string.ts';
import { lex } from './lexer.ts';
import { parsePipeline } from './pipeline-parser.ts';
import type { TemplateSource } from './template-error.ts';
import { TokenReader, keywords } from './token-reader.ts';

/** What ends a list of nodes: its keyword, with `else if` and `else with` told apart. */
type Ending = 'end' | 'else' | 'eof';

/** Reads a template in the syntax of Go's text/template. @throws TemplateError */
export function parse(source: TemplateSource, functionNames: readonly string[]): ParsedTemplate {
  const parser = new Parser(new TokenReader(source, lex(source), functionNames));
  return parser.parse();
}

class Parser {
  readonly #reader: TokenReader;
  readonly #named = new Map<string, readonly Node[]>();
  #loops = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  parse(): ParsedTemplate {
    const { nodes, ending } = this.#list();
    if (ending !== 'eof') throw this.#reader.error(`unexpected {{${ending}}}`);
    return { root: nodes, named: this.#named };
  }

  /** Nodes up to the `{{end}}`, `{{else}}` or end of text that ends them, which is taken too. */
  #list(): { readonly nodes: readonly Node[]; readonly ending: Ending } {
    const reader = this.#reader;
    const nodes: Node[] = [];
    for (;;) {
      const token = reader.next();
      if (token.kind === 'end') return { nodes, ending: 'eof' };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const word = reader.peekNonSpace();
      if (word.kind === 'word' && (word.text === 'end' || word.text === 'else')) {
        reader.next();
        if (word.text === 'end') reader.expect('close', 'end');
        return { nodes, ending: word.text };
      }
      const node = this.#action();
      if (node) nodes.push(node);
    }
  }

  #action(): Node | undefined {
    const reader = this.#reader;
    const token = reader.peekNonSpace();
    if (token.kind !== 'word' || !keywords.has(token.text))
      return { kind: 'action', pipeline: parsePipeline(reader, 'command', 'close') };
    reader.next();
    switch (token.text) {
      case 'if':
      case 'with':
      case 'range':
        return { kind: token.text, ...this.#control(token.text) };
      case 'break':
      case 'continue':
        if (this.#loops === 0) throw reader.error(`{{${token.text}}} outside {{range}}`, token);
        reader.expect('close', `{{${token.text}}}`);
        return { kind: token.text };
      case 'define':
        return this.#define();
      case 'template':
        return this.#template(token.position, 'template clause');
      default:
        return this.#block(token.position);
    }
  }

  #control(keyword: 'if' | 'with' | 'range'): Branches {
    const outer = this.#reader.scope;
    const pipeline = parsePipeline(this.#reader, keyword, 'close');
    if (keyword === 'range') this.#loops += 1;
    const { nodes: body, ending } = this.#list();
    if (keyword === 'range') this.#loops -= 1;
    const otherwise = ending === 'else' ? this.#otherwise(keyword) : [];
    if (ending === 'eof') throw this.#reader.error('unexpected EOF');
    this.#reader.scope = outer;
    return { pipeline, body, otherwise };
  }

  /** What stands behind `{{else`; `{{else if}}` shares the `{{end}}` of the outer one. */
  #otherwise(keyword: 'if' | 'with' | 'range'): readonly Node[] {
    const reader = this.#reader;
    const word = reader.peekNonSpace();
    if (word.kind === 'word' && word.text === keyword && keyword !== 'range') {
      reader.next();
      return [{ kind: keyword, ...this.#control(keyword) }];
    }
    reader.expect('close', 'else');
    const { nodes, ending } = this.#list();
    if (ending === 'else') throw reader.error('expected end; found {{else}}');
    if (ending === 'eof') throw reader.error('unexpected EOF');
    return nodes;
  }

  #define(): undefined {
    const name = this.#name('define clause');
    this.#reader.expect('close', 'define clause');
    this.#named.set(name, this.#body('define clause'));
  }

  #template(position: number, context: string): Node {
    const name = this.#name(context);
    const pipeline =
      this.#reader.take('close') === undefined ? parsePipeline(this.#reader, context, 'close') : undefined;
    return { kind: 'template', name, pipeline, position, source: `template ${JSON.stringify(name)}` };
  }

  /** A template that is defined and called at once. */
  #block(position: number): Node {
    const name = this.#name('block clause');
    const pipeline = parsePipeline(this.#reader, 'block clause', 'close');
    this.#named.set(name, this.#body('block clause'));
    return { kind: 'template', name, pipeline, position, source: `block ${JSON.stringify(name)}` };
  }

  /** Of a template, which sees no variable of whoever calls it and no loop round it. */
  #body(context: string): readonly Node[] {
    const [scope, loops] = [this.#reader.scope, this.#loops];
    this.#reader.scope = ['$'];
    this.#loops = 0;
    const { nodes, ending } = this.#list();
    if (ending !== 'end')
      throw this.#reader.error(`unexpected ${ending === 'eof' ? 'EOF' : '{{else}}'} in ${context}`);
    this.#reader.scope = scope;
    this.#loops = loops;
    return nodes;
  }

  #name(context: string): string {
    const token = this.#reader.expect('string', context);
    const name = unquote(token.text);
    if (name === undefined) throw this.#reader.error(`bad string syntax: ${token.text}`, token);
    return name;
  }
}
