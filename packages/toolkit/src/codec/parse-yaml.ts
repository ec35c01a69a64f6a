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

/** More aliases than this in a document are an attack, not a manifest. */
const aliasLimit = 100;

export interface ParseYamlOptions {
  readonly lineCounter?: LineCounter;
  readonly keepSourceTokens?: boolean;
}

/**
 * The documents of a YAML 1.2 or JSON text, whatever it is, in time and memory that grow with its length alone. Keys that
 * are given twice and too many aliases are among the errors of a document.
 */
export function parseYaml(text: string, options: ParseYamlOptions = {}): readonly Document.Parsed[] {
  // The library's own check for unique keys compares each with each.
  const given: ParseOptions & DocumentOptions = { ...options, version: '1.2', uniqueKeys: false };
  const documents = parseAllDocuments(text, given);
  for (const document of documents) {
    const fault = document.errors.length === 0 ? faultOf(document.contents) : undefined;
    if (fault) document.errors.push(fault);
  }
  return documents;
}

/** What the document says as plain values. @throws ReferenceError of an alias to what is not there */
export const plainValue = (document: Document.Parsed): unknown =>
  document.toJS({ maxAliasCount: aliasLimit });

function faultOf(contents: Node | null): YAMLParseError | undefined {
  let aliases = 0;
  const rest: unknown[] = [contents];
  while (rest.length > 0) {
    const node = rest.pop();
    if (isAlias(node)) {
      aliases += 1;
      // Each is looked for in the whole document.
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
