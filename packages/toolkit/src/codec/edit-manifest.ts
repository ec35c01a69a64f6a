import { type Document, type Node, type Pair, type Scalar, isMap, isScalar, isSeq } from 'yaml';
import { pointerNames } from '../diff/field-change.ts';
import type { ObjectKey } from '../object/object-key.ts';
import { parseYaml } from './parse-yaml.ts';

export interface FieldEdit {
  /** The field, as a JSON pointer into the object. */
  readonly path: string;
  /** The new value; `undefined` removes the field. */
  readonly value: unknown;
}

/**
 * Pure. Changes fields of one object in a text and leaves everything else as a person wrote it: comments,
 * order, quotes, blank lines, other documents and unknown kinds. Returns `undefined` when the text does not
 * contain the object.
 */
export function editManifest(text: string, key: ObjectKey, edits: readonly FieldEdit[]): string | undefined {
  let now = text;
  for (const edit of edits) {
    const documents = parseYaml(now, { keepSourceTokens: true });
    const document = documents.find((each) => isObject(each, key));
    if (!document) return undefined;
    now = editOne(now, document, edit);
  }
  return now;
}

function editOne(text: string, document: Document.Parsed, { path, value }: FieldEdit): string {
  const names = pointerNames(path);
  const node = nodeAt(document.contents, names);
  if (isScalar(node) && node.range && isPlain(value)) {
    const [start, end] = node.range;
    return text.slice(0, start) + scalarText(value, node) + text.slice(end);
  }
  // If a change is more than one scalar for another, the YAML library writes this document anew, and no
  // other.
  const [start, , end] = document.range;
  if (value === undefined) document.deleteIn(names);
  else document.setIn(names, value);
  const body = document.toString({ lineWidth: 0 }).replace(/^---\s*\n/, '');
  const lead = /^(\s*---[^\n]*\n)?/.exec(text.slice(start, end))![0];
  const tail = text.slice(start, end).trimEnd().endsWith('...') ? '...\n' : '';
  return text.slice(0, start) + lead + body.replace(/\n?\.\.\.\n$/, '\n') + tail + text.slice(end);
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/**
 * Writes a scalar in the quotes that the old one had. Plain text is quoted if it would be read as another
 * value.
 */
function scalarText(value: string | number | boolean, { type }: Scalar): string {
  if (typeof value !== 'string') return String(value);
  if (type === 'QUOTE_SINGLE' && !/[\n\r]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  const isSafe =
    /^[A-Za-z/][\w./@+-]*(:[\w./@+-]+)*$/.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return type !== 'QUOTE_DOUBLE' && isSafe ? value : JSON.stringify(value);
}

function nodeAt(root: Node | null, names: readonly string[]): unknown {
  let node: unknown = root;
  for (const name of names) {
    if (isMap(node)) node = node.items.find((pair) => keyOfPair(pair) === name)?.value;
    else if (isSeq(node)) node = node.items[Number(name)];
    else return undefined;
  }
  return node;
}

const keyOfPair = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

function isObject(document: Document.Parsed, { kind, namespace, name }: ObjectKey): boolean {
  if (document.errors.length > 0) return false;
  const at = (...path: readonly string[]): unknown => document.getIn(path);
  return (
    at('kind') === kind &&
    at('metadata', 'name') === name &&
    (at('metadata', 'namespace') ?? 'default') === namespace
  );
}
