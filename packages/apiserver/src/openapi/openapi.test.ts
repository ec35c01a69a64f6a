import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { configMapKind } from '@ignite/toolkit/core/config-map';
import { leaseKind } from '@ignite/toolkit/core/lease';
import { potDefinition, potVersion } from '../custom-resource/pot.sample.ts';
import { servedResourcesOf } from '../custom-resource/served-resources-of.ts';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import { serviceResource } from '../services/service.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import type { DocumentedKind } from './documented-kind.ts';
import { v2Document } from './v2-document.ts';
import { v2Protobuf } from './v2-protobuf.ts';
import { hashOf, v3Documents } from './v3-index.ts';

const kinds = [
  ...servedResourcesOf(potDefinition()),
  builtInResourceOf(configMapKind),
  builtInResourceOf(leaseKind),
];
const { index, documents } = v3Documents(kinds, 'v1.36.0');
const pots = documents.get('apis/garden.example/v1')!;
const pot = { group: 'garden.example', version: 'v1', kind: 'Pot' };

test('v3Documents: there is one document for each group and version, whose address has its hash', () => {
  assert.deepEqual(Object.keys(index.paths), [
    'apis/garden.example/v1',
    'api/v1',
    'apis/coordination.k8s.io/v1',
  ]);
  assert.equal(
    index.paths['apis/garden.example/v1']?.serverRelativeURL,
    `/openapi/v3/apis/garden.example/v1?hash=${hashOf(pots)}`,
  );
  const changed = servedResourcesOf(potDefinition({ versions: [{ ...potVersion, selectableFields: [] }] }));
  const other = v3Documents(changed, 'v1.36.0').documents.get('apis/garden.example/v1')!;
  assert.notEqual(hashOf(other), hashOf(pots));
});

test('v3Document: the schema of a defined kind is as its definition says, with metadata', () => {
  const schema = pots.components.schemas['example.garden.v1.Pot'] as {
    readonly properties: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>;
  };
  assert.deepEqual(Object.keys(schema.properties), ['spec', 'status', 'apiVersion', 'kind', 'metadata']);
  const { plants } = schema.properties['spec']!.properties as Readonly<
    Record<string, Record<string, unknown>>
  >;
  assert.deepEqual(
    [plants!['x-kubernetes-list-type'], plants!['x-kubernetes-list-map-keys']],
    ['map', ['name']],
  );
  const { 'x-kubernetes-group-version-kind': kind, 'x-kubernetes-selectable-fields': fields } =
    schema as unknown as Readonly<Record<string, unknown>>;
  assert.deepEqual([kind, fields], [[pot], [{ fieldPath: 'spec.clay' }]]);
  const refs = JSON.stringify(pots).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  for (const [, name] of refs) assert.ok(Object.hasOwn(pots.components.schemas, name!), String(name));
});

test('v3Document: clients find by which keys the lists of a kind of Kubernetes are merged', () => {
  const { documents } = v3Documents([serviceResource], 'v1.36.0');
  const schema = documents.get('api/v1')!.components.schemas[
    'io.k8s.api.core.v1.Service'
  ] as StructuralSchema;
  const { ports } = schema.properties!['spec']!.properties as Readonly<
    Record<string, Record<string, unknown>>
  >;
  assert.deepEqual(
    [ports!['x-kubernetes-patch-strategy'], ports!['x-kubernetes-patch-merge-key']],
    ['merge', 'port'],
  );
});

test('v3Document: clients find the operations that they look for', () => {
  const { paths } = pots;
  const object = '/apis/garden.example/v1/namespaces/{namespace}/pots/{name}';
  assert.deepEqual(Object.keys(paths), [
    '/apis/garden.example/v1/namespaces/{namespace}/pots',
    '/apis/garden.example/v1/pots',
    object,
    `${object}/status`,
    `${object}/scale`,
  ]);
  const patch = paths[object]!['patch'] as {
    readonly operationId: string;
    readonly parameters: readonly { readonly name: string }[];
    readonly requestBody: { readonly content: object };
  };
  assert.equal(patch.operationId, 'patchGardenExampleV1NamespacedPot');
  const names = patch.parameters.map(({ name }) => name);
  assert.deepEqual(names, ['namespace', 'name', 'dryRun', 'fieldManager', 'fieldValidation', 'force']);
  assert.ok(!('application/strategic-merge-patch+json' in patch.requestBody.content));
  for (const operation of [patch, paths['/apis/garden.example/v1/pots']!['get']])
    assert.deepEqual(
      (operation as Readonly<Record<string, unknown>>)['x-kubernetes-group-version-kind'],
      pot,
    );
  const ids = [...documents.values()].flatMap((document) =>
    Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => (operation as { readonly operationId: string }).operationId),
    ),
  );
  assert.equal(new Set(ids).size, ids.length);
});

test('v3Document: kinds of the program are described by their own schemas', () => {
  const { components, paths } = documents.get('api/v1')!;
  const schema = components.schemas['io.k8s.api.core.v1.ConfigMap'] as {
    readonly properties: Readonly<Record<string, unknown>>;
  };
  assert.deepEqual(schema.properties['data'], {
    type: 'object',
    description: 'Texts by name.',
    additionalProperties: { type: 'string' },
  });
  const { patch } = paths['/api/v1/namespaces/{namespace}/configmaps/{name}'] as unknown as {
    readonly patch: { readonly requestBody: { readonly content: object } };
  };
  assert.ok('application/strategic-merge-patch+json' in patch.requestBody.content);
});

test('v2Document: schemas have nothing that OpenAPI v2 lacks', () => {
  const { definitions } = v2Document(kinds, 'v1.36.0');
  const { properties } = definitions['example.garden.v1.Pot']!;
  assert.deepEqual(properties?.['spec']?.properties?.['litres'], { type: 'integer', minimum: 1 });
  assert.deepEqual(properties?.['kind'], { type: 'string' });
  for (const name of ['creationTimestamp', 'deletionTimestamp'])
    assert.equal(properties?.['metadata']?.properties?.[name]?.type, 'string');
  const all = JSON.stringify(definitions);
  for (const word of ['anyOf', 'oneOf', 'nullable', 'default"']) assert.ok(!all.includes(`"${word}`), word);
});

test('v2Document: a kind that is open says nothing of its fields, since clients would refuse others', () => {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
  const [pot] = kinds.filter(({ kind }) => kind === 'Pot');
  const definitionOf = (schema: DocumentedKind['schema']) =>
    v2Document([{ ...pot!, schema }], 'v1.36.0').definitions['example.garden.v1.Pot']!;
  const { 'x-kubernetes-group-version-kind': _kind, ...said } = definitionOf({
    ...open,
    description: 'Any.',
  });
  assert.deepEqual(said, { type: 'object' });
  assert.deepEqual(definitionOf({ type: 'object', properties: { spec: open } }).properties?.['spec'], {
    'x-kubernetes-preserve-unknown-fields': true,
  });
});

/** Returns what is at a path of field numbers in a protobuf message. */
function at(bytes: Uint8Array, [field, ...below]: readonly number[]): readonly Uint8Array[] {
  if (field === undefined) return [bytes];
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type !== 2) reader.skip(type);
    else if (number === field) found.push(reader.bytes());
    else reader.bytes();
  }
  return found.flatMap((each) => at(each, below));
}

test('v2Protobuf: the document is in the fields in which kubectl looks for it', () => {
  const bytes = v2Protobuf(v2Document(servedResourcesOf(potDefinition()), 'v1.36.0'));
  const texts = (...path: readonly number[]): readonly string[] =>
    at(bytes, path).map((text) => Buffer.from(text).toString());
  assert.deepEqual([texts(1), texts(2, 2)], [['2.0'], ['v1.36.0']]);
  assert.ok(texts(8, 2, 1).includes('/apis/garden.example/v1/namespaces/{namespace}/pots/{name}'));
  assert.ok(texts(8, 2, 2, 8, 8, 1, 2, 3, 4).includes('fieldValidation'));
  assert.ok(texts(8, 2, 2, 8, 13, 2, 2).includes(JSON.stringify(pot)));
  assert.deepEqual(texts(9, 1, 1), ['example.garden.v1.Pot']);
  assert.deepEqual(texts(9, 1, 2, 25, 1, 1), ['spec', 'status', 'apiVersion', 'kind', 'metadata']);
  assert.deepEqual(texts(9, 1, 2, 31, 1), ['x-kubernetes-group-version-kind']);
  assert.deepEqual(texts(9, 1, 2, 31, 2, 2), [JSON.stringify([pot])]);
  assert.deepEqual(texts(9, 1, 2, 25, 1, 2, 19), ['clay']);
});
