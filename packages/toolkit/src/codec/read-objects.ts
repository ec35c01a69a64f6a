import * as v from 'valibot';
import type { KindVersion, Versioned } from '../scheme/kind.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type Position, type Problem, assertNone } from './errors.ts';
import { metadataSchema, specSchemaOf } from './manifest.ts';
import { type Place, checkAt, positionOf } from './place.ts';
import { readRawObjects } from './read-raw-objects.ts';

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
  const read = readRawObjects(text, file).map(({ raw, place }) => readObject(raw, place, scheme, options));
  assertNone(read.flatMap(({ problems }) => problems));
  return read.flatMap(({ object }) => object ?? []);
}

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
