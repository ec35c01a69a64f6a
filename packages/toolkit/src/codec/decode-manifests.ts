import * as v from 'valibot';
import { type Document, LineCounter, type Node, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { issuePath, issueText, isUnknownKey } from '../schema/issue-text.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { nearest } from '../text/nearest.ts';
import { type Position, manifestInvalid } from './errors.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

const sizeLimit = 16 * 2 ** 20;
/** More aliases than this in a document are an attack, not a manifest. */
const aliasLimit = 100;

export interface DecodeOptions {
  /** Alters each object before it is checked. */
  readonly transform?: (raw: unknown) => unknown;
  /** Told of objects of kinds that the scheme does not know, in place of an error. */
  readonly onUnknown?: (kind: { readonly apiVersion: string; readonly kind: string }, at: Position) => void;
}

/**
 * Reads the objects in a YAML or JSON text, which may hold several documents, and lists of kind `List`. Strict: unknown
 * and duplicate fields, unknown kinds and anything that a kind's schema refuses are errors that name file, line and
 * column. Objects of an older version come out in the version of their kind's hub.
 * @throws CodedError MANIFEST_INVALID
 */
export function decodeManifests(
  text: string,
  file: string,
  scheme: Scheme,
  options: DecodeOptions = {},
): readonly Manifest[] {
  if (text.length > sizeLimit) {
    const hint = 'split it into several files';
    throw manifestInvalid({ file, line: 1, column: 1 }, 'it is larger than 16 MiB', hint);
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.2', uniqueKeys: true });
  return documents
    .filter((document) => !isEmpty(document) || document.errors.length > 0)
    .flatMap((document) => decodeDocument(document, { file, lines, scheme, options }));
}

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
  readonly scheme: Scheme;
  readonly options: DecodeOptions;
}

function decodeDocument(document: Document.Parsed, source: Source): readonly Manifest[] {
  const [error] = document.errors;
  if (error) {
    const what = error.code === 'DUPLICATE_KEY' ? 'a field is given twice' : firstLine(error.message);
    throw manifestInvalid(position(error.pos[0], source), what, 'mend the YAML or JSON there', error);
  }
  const raw = plain(document, source);
  const list = v.safeParse(listSchema, raw);
  if (!list.success) return decodeObject(raw, { document, at: [], source });
  return list.output.items.flatMap((item, at) =>
    decodeObject(item, { document, at: ['items', String(at)], source }),
  );
}

const listSchema = v.object({
  apiVersion: v.literal('v1'),
  kind: v.literal('List'),
  items: v.array(v.unknown()),
});

interface Place {
  readonly document: Document.Parsed;
  readonly at: readonly string[];
  readonly source: Source;
}

function decodeObject(given: unknown, place: Place): readonly Manifest[] {
  const { scheme, options } = place.source;
  const raw = options.transform ? options.transform(given) : given;
  const { apiVersion, kind } = check(typeSchema, raw, [], place);
  const known = scheme.find(apiVersion, kind);
  if (!known) {
    const at = positionOf(place, ['kind']);
    if (options.onUnknown) {
      options.onUnknown({ apiVersion, kind }, at);
      return [];
    }
    const what = `there is no kind "${kind}" in "${apiVersion}"`;
    throw manifestInvalid(at, what, `known are ${scheme.names.join(', ')}`);
  }
  const { metadata, spec } = check(manifestSchema, raw, [], place);
  const { name, namespace, labels, annotations } = metadata;
  const manifest = {
    apiVersion,
    kind,
    metadata: { name, namespace, labels, annotations },
    spec: check(known.spec, spec, ['spec'], place),
    origin: positionOf(place, []),
  };
  return [scheme.convert(manifest, scheme.hubOf(apiVersion, kind)!.apiVersion)];
}

const typeSchema = v.looseObject({ apiVersion: v.string(), kind: v.string() });

const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

function plain(document: Document.Parsed, source: Source): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasLimit });
  } catch (failure) {
    throw manifestInvalid(
      position(0, source),
      'it has too many aliases',
      'write out what they stand for',
      failure,
    );
  }
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  at: readonly string[],
  place: Place,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  // A misspelt field is also a missing one: that it is unknown says more.
  const issue = parsed.issues.find(isUnknownKey) ?? parsed.issues[0];
  const path = [...at, ...issuePath(issue)];
  const where = positionOf(place, path);
  if (isUnknownKey(issue)) {
    const meant = nearest(String(path.at(-1)), fieldsBeside(schema, issuePath(issue)));
    const hint = meant === undefined ? 'remove it, or check its spelling' : `did you mean "${meant}"?`;
    throw manifestInvalid(where, `${dotted(path.slice(0, -1))}${issueText(issue)}`, hint);
  }
  throw manifestInvalid(where, `${dotted(path)}${issueText(issue)}`, 'correct the value there');
}

const dotted = (path: readonly (string | number)[]): string =>
  path.length === 0 ? '' : `${path.join('.')}: `;

/** The fields that the schema has where the last one of `path` stands. */
function fieldsBeside(schema: v.GenericSchema, path: readonly (string | number)[]): readonly string[] {
  let at: unknown = schema;
  for (const key of path.slice(0, -1)) at = entriesOf(at)[key];
  return Object.keys(entriesOf(at));
}

function entriesOf(schema: unknown): Readonly<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null) return {};
  if ('entries' in schema) return schema.entries as Readonly<Record<string, unknown>>;
  return 'wrapped' in schema ? entriesOf(schema.wrapped) : {};
}

/** Of the field or item that `path` leads to, or of the nearest one above that is there. */
function positionOf({ document, at, source }: Place, path: readonly (string | number)[]): Position {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const key of [...at, ...path]) {
    if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find(({ key: name }) => String(name) === String(key));
      if (!pair) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node>(node)) {
      node = node.items[Number(key)] ?? null;
      offset = node?.range?.[0] ?? offset;
    }
  }
  return position(offset, source);
}

function position(offset: number, { file, lines }: Source): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

const firstLine = (text: string): string => text.split('\n')[0]!.replace(/ at line \d+.*$/, '');
