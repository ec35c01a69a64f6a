import { writtenForm } from '@ignite/api/written-form';
import { shownName } from '@ignite/api/v1/shown-name';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { GoFunction, GoMap, GoObject, type GoValue } from '@ignite/toolkit/go-template/value';
import { type FieldNames, documentView, findName } from './document-view.ts';
import { namedValue, timeValue } from './named-value.ts';

/** What is special to a kind. */
interface RootParts {
  readonly typeName: string;
  readonly spec: Readonly<Record<string, GoValue>>;
  readonly status: Readonly<Record<string, GoValue>>;
  readonly statusMethods?: Readonly<Record<string, GoFunction>>;
  /** What `{{.Status}}` alone prints. */
  readonly statusText?: string;
  readonly methods?: Readonly<Record<string, GoFunction>>;
  /** Further names of the object itself, found in any case: those that Docker's templates use. */
  readonly aliases?: Readonly<Record<string, GoValue>>;
  readonly namesAt: FieldNames;
}

/**
 * An object as the original's templates know it: Go's names, spelled as there, are looked for first and print as they
 * did; then the names of our JSON in any case, which print as `-o json` shows them; then Docker's.
 */
export function objectRoot(object: KubeObject, nowMs: number, parts: RootParts): GoObject {
  const { namesAt, typeName } = parts;
  let written: Readonly<Record<string, unknown>> | undefined;
  const document = (): Readonly<Record<string, unknown>> => (written ??= { ...writtenForm(object) });
  const section = (name: 'spec' | 'status'): GoObject =>
    sectionOf(`${typeName.replace('*', '')}${name === 'spec' ? 'Spec' : 'Status'}`, parts[name], () =>
      documentView(document()[name], namesAt, [name]),
    );
  const meta = metaFields(object, nowMs);
  const status = section('status');
  const fields = {
    TypeMeta: new GoObject({ typeName: 'runtime.TypeMeta', fields: typeFields(object) }),
    ObjectMeta: new GoObject({
      typeName: 'runtime.ObjectMeta',
      fields: meta,
      methods: metaMethods(object, meta),
    }),
    Spec: section('spec'),
    Status: new GoObject({
      ...status.parts,
      ...(parts.statusMethods && { methods: parts.statusMethods }),
      ...(parts.statusText !== undefined && { text: parts.statusText }),
    }),
  };
  const promoted: Readonly<Record<string, GoValue>> = { ...typeFields(object), ...meta };
  const aliases: Readonly<Record<string, GoValue>> = { ...shorthands(object), ...parts.aliases };
  return new GoObject({
    typeName,
    fields,
    methods: { ...metaMethods(object, meta), ...parts.methods },
    lookUp: (name) => {
      if (Object.hasOwn(promoted, name)) return { value: promoted[name] };
      const key = findName(name, Object.keys(object));
      if (key !== undefined) return { value: documentView(document()[key], namesAt, [key]) };
      const alias = findName(name, Object.keys(aliases));
      return alias === undefined ? undefined : { value: aliases[alias] };
    },
    otherNames: () => [...Object.keys(promoted), ...Object.keys(object), ...Object.keys(aliases)],
    json: document,
  });
}

/** `.Spec` or `.Status`: the original's fields, and where it has none of a name, those of our JSON. */
function sectionOf(
  typeName: string,
  fields: Readonly<Record<string, GoValue>>,
  document: () => GoValue,
): GoObject {
  return new GoObject({
    typeName,
    fields,
    lookUp: (name) => {
      const inner = document();
      return inner instanceof GoObject ? inner.parts.lookUp?.(name) : undefined;
    },
    otherNames: () => {
      const inner = document();
      return inner instanceof GoObject ? inner.names() : [];
    },
    json: () => {
      const inner = document();
      return inner instanceof GoObject ? inner.parts.json?.() : null;
    },
  });
}

const typeFields = ({ kind, apiVersion }: KubeObject): Readonly<Record<string, GoValue>> => ({
  Kind: kind,
  APIVersion: apiVersion,
});

function metaFields(object: KubeObject, nowMs: number): Readonly<Record<string, GoValue>> {
  const { metadata } = object;
  return {
    Name: shownName(object),
    UID: namedValue('runtime.UID', metadata.uid),
    Created: timeValue(metadata.creationTimestamp, nowMs),
    Labels: new GoMap(Object.entries(metadata.labels), ''),
    Annotations: new GoMap(Object.entries(metadata.annotations), ''),
  };
}

function metaMethods(
  object: KubeObject,
  meta: Readonly<Record<string, GoValue>>,
): Readonly<Record<string, GoFunction>> {
  const { kind, metadata } = object;
  const of = (values: Readonly<Record<string, string>>): GoFunction =>
    new GoFunction(['string'], (key: string) => (Object.hasOwn(values, key) ? values[key] : ''));
  return {
    GetName: new GoFunction([], () => shownName(object)),
    GetUID: new GoFunction([], () => meta['UID']),
    GetCreated: new GoFunction([], () => meta['Created']),
    GetKind: new GoFunction([], () => kind),
    GetLabel: of(metadata.labels),
    Label: of(metadata.labels),
    GetAnnotation: of(metadata.annotations),
  };
}

const shorthands = (object: KubeObject): Readonly<Record<string, GoValue>> => ({
  name: shownName(object),
  names: shownName(object),
  uid: object.metadata.uid,
  id: object.metadata.uid,
  labels: new GoMap(Object.entries(object.metadata.labels), ''),
  createdAt: object.metadata.creationTimestamp,
});
