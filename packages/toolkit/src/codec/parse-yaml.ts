import {
  type Document,
  type DocumentOptions,
  type LineCounter,
  type Node,
  type ParseOptions,
  YAMLParseError,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
} from 'yaml';

/** The limit of aliases in a document. A document with more of them is an attack, not a manifest. */
const aliasLimit = 100;

export interface ParseYamlOptions {
  readonly lineCounter?: LineCounter;
  readonly keepSourceTokens?: boolean;
}

/**
 * Parses a YAML 1.2 or JSON text into its documents. Time and memory grow linearly with the length of any
 * text. Duplicate keys and too many aliases are reported among the errors of a document.
 */
export function parseYaml(text: string, options: ParseYamlOptions = {}): readonly Document.Parsed[] {
  // The library's own check for duplicate keys takes quadratic time.
  const given: ParseOptions & DocumentOptions = { ...options, version: '1.2', uniqueKeys: false };
  const documents = parseAllDocuments(text, given);
  for (const document of documents) {
    const fault = document.errors.length === 0 ? faultOf(document.contents) : undefined;
    if (fault) document.errors.push(fault);
  }
  return documents;
}

/**
 * Returns the content of a document as plain values.
 * @throws ReferenceError if an alias has no anchor
 */
export const plainValue = (document: Document.Parsed): unknown =>
  document.toJS({ maxAliasCount: aliasLimit });

/**
 * Returns the content of the first document of a text as plain values.
 * @throws YAMLParseError, ReferenceError
 */
export function readYaml(text: string): unknown {
  const [document] = parseYaml(text);
  const [error] = document?.errors ?? [];
  if (error) throw error;
  return document && plainValue(document);
}

function faultOf(contents: Node | null): YAMLParseError | undefined {
  let aliases = 0;
  const rest: unknown[] = [contents];
  while (rest.length > 0) {
    const node = rest.pop();
    if (isAlias(node)) {
      aliases += 1;
      // The library searches the whole document for each alias.
      if (aliases > aliasLimit) return new YAMLParseError([0, 0], 'RESOURCE_EXHAUSTION', tooManyAliases);
    } else if (isSeq(node)) for (const item of node.items) rest.push(item);
    else if (isMap(node)) {
      const keys = new Set<string>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name !== undefined && keys.has(name)) return givenTwice(key);
        if (name !== undefined) keys.add(name);
        rest.push(key, value);
      }
    }
  }
  return undefined;
}

const tooManyAliases = 'it has too many aliases';

function givenTwice(key: unknown): YAMLParseError {
  const [start, end] = (isNode(key) && key.range) || [0, 0];
  return new YAMLParseError([start, end], 'DUPLICATE_KEY', 'a field is set twice');
}
