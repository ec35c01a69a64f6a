import { isSameJson } from '@ignite/toolkit/object/same-json';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** The content of an object that a topology decides on. Whatever else the object has is left to others. */
export interface DecidedContent {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** Notes which fields the topology has decided on, so that those can go that it decides on no more. */
const fieldsAnnotation = 'ignite.weave.works/topology-fields';

/** The names of fields with those in them; `true` for a field that is decided on as a whole. */
type Fields = true | { readonly [name: string]: Fields };

/** Pure. Returns the annotations of a new object, which tell what is decided on. */
export const annotationsOfNew = (content: DecidedContent): Readonly<Record<string, string>> => ({
  ...content.annotations,
  [fieldsAnnotation]: JSON.stringify(fieldsOf(decided(content))),
});

/** Pure. Returns an object with what is decided on now; the object itself if that is what it has. */
export function withDecided<T extends KubeObject>(object: T, content: DecidedContent): T {
  const { labels, annotations } = object.metadata;
  const { [fieldsAnnotation]: noted = '{}', ...others } = annotations;
  const before = fieldsIn(noted);
  const wanted = decided(content);
  const old = { labels, annotations: others, spec: object.spec ?? {} };
  const merged = mergedFields(old, before, wanted) as typeof wanted;
  const note = JSON.stringify(fieldsOf(wanted));
  if (isSameJson(old, merged) && noted === note) return object;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: merged.labels,
      annotations: { ...merged.annotations, [fieldsAnnotation]: note },
    },
    spec: merged.spec,
  };
}

const decided = ({ labels, annotations, spec }: DecidedContent): DecidedContent => ({
  ...{ labels, annotations, spec },
});

function mergedFields(old: unknown, before: Fields | undefined, wanted: unknown): unknown {
  if (!isRecord(old) || !isRecord(wanted)) return wanted;
  const known = typeof before === 'object' ? before : {};
  const kept = Object.entries(old).flatMap(([name, value]) => {
    if (Object.hasOwn(wanted, name)) return [];
    const left = Object.hasOwn(known, name) ? without(value, known[name]!) : value;
    return left === undefined ? [] : [[name, left] as const];
  });
  const set = Object.entries(wanted)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        [name, mergedFields(old[name], Object.hasOwn(known, name) ? known[name] : undefined, value)] as const,
    );
  return Object.fromEntries([...kept, ...set]);
}

/** Returns what is left of a value without fields; `undefined` if that is nothing. */
function without(value: unknown, fields: Fields): unknown {
  if (fields === true || !isRecord(value)) return undefined;
  const left = Object.entries(value).flatMap(([name, each]) => {
    const rest = Object.hasOwn(fields, name) ? without(each, fields[name]!) : each;
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

const fieldsOf = (value: unknown): Fields =>
  isRecord(value) && Object.keys(value).length > 0
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, each]) => each !== undefined)
          .map(([name, each]) => [name, fieldsOf(each)]),
      )
    : true;

/** Somebody may have damaged the note: nothing is taken away then. */
function fieldsIn(text: string): Fields {
  try {
    return fieldsOfNote(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOfNote(value: unknown): Fields {
  if (value === true) return true;
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fieldsOfNote(each)]))
    : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
