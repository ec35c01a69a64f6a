import * as v from 'valibot';
import { type Document, LineCounter, isScalar } from 'yaml';
import { errorText } from '../errors/error-text.ts';
import type { KindDefinition, Scheme, Versioned } from '../scheme/scheme.ts';
import { type Position, manifestInvalid } from './errors.ts';
import { metadataSchema } from './manifest.ts';
import { parseYaml, plainValue } from './parse-yaml.ts';
import { type Place, type Source, checkAt, position, positionOf } from './place.ts';

const sizeLimit = 16 * 2 ** 20;

export interface ReadOptions {
  /** Alters each object before it is checked. */
  readonly transform?: (raw: unknown) => unknown;
  /** Told of objects of kinds that the scheme does not know, in place of an error. */
  readonly onUnknown?: (kind: { readonly apiVersion: string; readonly kind: string }, at: Position) => void;
}

/** An object as it was written, of a kind and version that the scheme knows, and found right by their schemas. */
export interface ReadObject {
  readonly definition: KindDefinition;
  /** As the schemas of its version give it: with defaults where that version has some. */
  readonly checked: Versioned;
  /** As it stands there. */
  readonly written: Versioned;
  readonly place: Place;
}

/**
 * The objects in a YAML or JSON text, which may hold several documents, and lists of kind `List`. Strict: unknown and
 * duplicate fields, unknown kinds and anything that a kind's schema refuses are errors that name file, line and column.
 * @throws CodedError MANIFEST_INVALID
 */
export function readObjects(
  text: string,
  file: string,
  scheme: Scheme,
  options: ReadOptions = {},
): readonly ReadObject[] {
  if (text.length > sizeLimit) {
    const hint = 'split it into several files';
    throw manifestInvalid({ file, line: 1, column: 1 }, 'it is larger than 16 MiB', hint);
  }
  const lines = new LineCounter();
  const documents = parseYaml(text, { lineCounter: lines });
  const source = { file, lines };
  return documents
    .filter((document) => !isEmpty(document) || document.errors.length > 0)
    .flatMap((document) => objectsOf(document, source))
    .flatMap(({ raw, place }) => readObject(raw, place, scheme, options));
}

function objectsOf(
  document: Document.Parsed,
  source: Source,
): readonly { readonly raw: unknown; readonly place: Place }[] {
  const [error] = document.errors;
  if (error) {
    const hint =
      error.code === 'RESOURCE_EXHAUSTION'
        ? 'write out the values instead'
        : 'fix the YAML or JSON at that place';
    throw manifestInvalid(position(error.pos[0], source), firstLine(error.message), hint, error);
  }
  const raw = plain(document, source);
  const list = v.safeParse(listSchema, raw);
  if (!list.success) return [{ raw, place: { document, at: [], source } }];
  return list.output.items.map((item, at) => ({
    raw: item,
    place: { document, at: ['items', String(at)], source },
  }));
}

/** Strict: the place of each item is looked for among the fields. */
const listSchema = v.strictObject({
  apiVersion: v.literal('v1'),
  kind: v.literal('List'),
  metadata: v.optional(v.unknown()),
  items: v.array(v.unknown()),
});

function readObject(
  given: unknown,
  place: Place,
  scheme: Scheme,
  options: ReadOptions,
): readonly ReadObject[] {
  const raw = options.transform ? options.transform(given) : given;
  const { apiVersion, kind } = checkAt(typeSchema, raw, [], place);
  const definition = scheme.find(apiVersion, kind);
  if (!definition) {
    const at = positionOf(place, ['kind']);
    if (options.onUnknown) {
      options.onUnknown({ apiVersion, kind }, at);
      return [];
    }
    const what = `unknown kind "${kind}" in "${apiVersion}"`;
    throw manifestInvalid(at, what, `known kinds: ${scheme.names.join(', ')}`);
  }
  const checked = checkAt(envelopeOf(definition), raw, [], place);
  const spec = checkAt(definition.spec, checked.spec, ['spec'], place);
  const written = raw as Versioned; // the envelope's schema has found it so
  return [{ definition, checked: { ...checked, spec }, written, place }];
}

const typeSchema = v.looseObject({ apiVersion: v.string(), kind: v.string() });

/** What a kind has around its spec. */
const envelopeOf = ({ metadata, status }: KindDefinition) =>
  v.strictObject({
    apiVersion: v.string(),
    kind: v.string(),
    metadata: metadata ?? metadataSchema,
    spec: v.unknown(),
    status: status ? v.nullish(status) : v.optional(v.unknown()),
  });

const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

function plain(document: Document.Parsed, source: Source): unknown {
  try {
    return plainValue(document);
  } catch (failure) {
    const what = errorText(failure).startsWith('Unresolved alias')
      ? 'an alias has no anchor'
      : 'it has too many aliases';
    throw manifestInvalid(position(0, source), what, 'write out the values instead', failure);
  }
}

const firstLine = (text: string): string => text.split('\n')[0]!.replace(/ at line \d+.*$/, '');
