import * as v from 'valibot';
import { type Document, LineCounter, isScalar } from 'yaml';
import { errorText } from '../errors/error-text.ts';
import type { KindVersion, Versioned } from '../scheme/kind.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type Position, type Problem, assertNone, manifestInvalid } from './errors.ts';
import { metadataSchema, specSchemaOf } from './manifest.ts';
import { parseYaml, plainValue } from './parse-yaml.ts';
import { type Place, type Source, checkAt, position, positionOf } from './place.ts';

const sizeLimit = 16 * 2 ** 20;

export interface ReadOptions {
  /** Changes each object before it is checked. */
  readonly transform?: (raw: unknown) => unknown;
  /**
   * Called for each object of a kind that the scheme does not know. Without it, such an object is an error.
   */
  readonly onUnknown?: (kind: { readonly apiVersion: string; readonly kind: string }, at: Position) => void;
}

/**
 * An object as it was written. Its kind and version are in the scheme, and their schemas have accepted it.
 */
export interface ReadObject {
  readonly definition: KindVersion;
  /** The object as the schemas of its version return it, with the defaults that this version has. */
  readonly checked: Versioned;
  /** The object exactly as it was written. */
  readonly written: Versioned;
  readonly place: Place;
}

/**
 * Reads the objects in a YAML or JSON text, which may have several documents and lists of kind `List`.
 * Reading is strict: unknown and duplicate fields, unknown kinds, and whatever the schema of a kind refuses
 * are errors that name the file, line and column.
 * @throws CodedError MANIFEST_INVALID with all that is wrong
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
  const read = documents
    .filter((document) => !isEmpty(document) || document.errors.length > 0)
    .flatMap((document) => objectsOf(document, source))
    .map(({ raw, place }) => readObject(raw, place, scheme, options));
  assertNone(read.flatMap(({ problems }) => problems));
  return read.flatMap(({ object }) => object ?? []);
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

/** The schema of a `List`. It is strict, because the place of each item is looked up among the fields. */
const listSchema = v.strictObject({
  apiVersion: v.literal('v1'),
  kind: v.literal('List'),
  metadata: v.optional(v.unknown()),
  items: v.array(v.unknown()),
});

/** Reads one object. There is neither an object nor a problem if its kind is unknown and may be. */
function readObject(
  given: unknown,
  place: Place,
  scheme: Scheme,
  options: ReadOptions,
): { readonly object?: ReadObject; readonly problems: readonly Problem[] } {
  const raw = options.transform ? options.transform(given) : given;
  const typed = checkAt(typeSchema, raw, [], place);
  if (!typed.output) return typed;
  const { apiVersion, kind } = typed.output;
  const definition = scheme.find(apiVersion, kind);
  if (definition) return checkObject(inCurrentForm(raw, definition), definition, place);
  const at = positionOf(place, ['kind']);
  options.onUnknown?.({ apiVersion, kind }, at);
  const what = `unknown kind "${kind}" in "${apiVersion}"`;
  return {
    problems: options.onUnknown ? [] : [{ at, what, hint: `known kinds: ${scheme.names.join(', ')}` }],
  };
}

/** Returns an object, which has an apiVersion, with its spec in the form that its version has today. */
function inCurrentForm(raw: unknown, { currentSpec }: KindVersion): unknown {
  const object = raw as Versioned;
  if (!currentSpec || object.spec === undefined) return raw;
  return { ...object, spec: currentSpec(object.spec) };
}

function checkObject(raw: unknown, definition: KindVersion, place: Place): ReturnType<typeof readObject> {
  const { output: checked, problems } = checkAt(envelopeOf(definition), raw, [], place);
  const written = raw as Versioned; // it has an apiVersion, so it is an object
  const spec = checkAt(specSchemaOf(definition), written.spec, ['spec'], place);
  const all = [...problems, ...(written.spec === undefined ? [] : spec.problems)];
  return checked && all.length === 0
    ? { object: { definition, checked: { ...checked, spec: spec.output }, written, place }, problems: [] }
    : { problems: all };
}

const typeSchema = v.looseObject({ apiVersion: v.string(), kind: v.string() });

/** Returns the schema of everything in an object except its spec. */
const envelopeOf = ({ metadata, spec, fields, status }: KindVersion) =>
  v.strictObject({
    ...fields,
    apiVersion: v.string(),
    kind: v.string(),
    metadata: metadata ?? metadataSchema,
    spec: presenceOf(spec),
    status: status ? v.nullish(status) : v.optional(v.unknown()),
  });

/** Returns a schema that only tells whether there may, must or must not be a spec. */
function presenceOf(spec: KindVersion['spec']): v.GenericSchema {
  if (!spec) return v.optional(v.undefined());
  return spec.type === 'optional' ? v.optional(v.unknown()) : v.unknown();
}

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
