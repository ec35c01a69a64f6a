import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from './decode-message.ts';
import { decodeObject } from './decode-object.ts';
import type { MessageType } from './message-type.ts';

// These were sent by kubectl 1.32 for `create configmap`, `create namespace` and `auth can-i`.
const configMap = 'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEiIKGAoEY29uZhIAGgRob21lIgAqADIAOABCABIGCgFhEgFiGgAiAA==';
const namespace = 'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEh4KFgoGZ2FyZGVuEgAaACIAKgAyADgAQgASABoCCgAaACIA';
const review =
  'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSOAoQCgASABoAIgAqADIAOABCABIaChgKBGhvbWUSA2dldBoAIgAqA3ZtczIAOgAaCAgAEgAaACAAGgAiAA==';

const decoded = (base64: string): unknown => decodeObject(Buffer.from(base64, 'base64'));

test('decodeObject reads what kubectl sends', () => {
  assert.deepEqual(decoded(configMap), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', namespace: 'home', generation: 0 },
    data: { a: 'b' },
  });
  assert.deepEqual(decoded(namespace), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'garden', generation: 0 },
    spec: {},
    status: {},
  });
  assert.deepEqual(decoded(review), {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { generation: 0 },
    spec: { resourceAttributes: { namespace: 'home', verb: 'get', resource: 'vms' } },
  });
});

/** Encodes a field that holds bytes: a text, or a message of fields. */
function holding(
  number: number,
  ...content: readonly (string | number | readonly number[])[]
): readonly number[] {
  const bytes = content.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : part));
  const tag = number < 16 ? [number * 8 + 2] : [((number * 8 + 2) % 128) + 128, Math.floor(number / 16)];
  return [
    ...tag,
    ...(bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, bytes.length >> 7]),
    ...bytes,
  ];
}

/** Encodes a field that holds a small number. */
const number = (at: number, value: number): readonly number[] =>
  at < 16 ? [at * 8, value] : [((at * 8) % 128) + 128, Math.floor(at / 16), value];

const objectOf = (apiVersion: string, kind: string, ...fields: readonly (readonly number[])[]): unknown =>
  decodeObject(
    Buffer.from([
      ...Buffer.from('k8s\0'),
      ...holding(1, holding(1, apiVersion), holding(2, kind)),
      ...holding(2, ...fields),
    ]),
  );

test('decodeObject reads definitions, whose schemas are in one another', () => {
  const property = (name: string, ...schema: readonly (readonly number[])[]): readonly number[] =>
    holding(29, holding(1, name), holding(2, ...schema));
  const half = Buffer.alloc(9, 11 * 8 + 1);
  half.writeDoubleLE(0.5, 1);
  const schema = [
    ...[
      holding(5, 'object'),
      number(10, 0),
      number(37, 0),
      number(39, 0),
      number(40, 0),
      holding(23, 'size'),
    ],
    property('size', number(40, 1), holding(8, holding(1, '""')), [...half]),
    property(
      'none',
      holding(8, holding(1, '0')),
      holding(20, holding(1, '0')),
      holding(20, holding(1, '"a"')),
    ),
    property('list', holding(24, holding(1, holding(5, 'string'))), holding(42, 'set')),
    property('map', holding(30, number(1, 1), holding(2, holding(5, 'string')))),
    property('open', number(38, 1), holding(30, number(1, 1))),
    property('shut', holding(30, number(1, 0))),
  ];
  const version = [
    ...[holding(1, 'v1'), number(2, 1), number(3, 0), number(7, 0)],
    holding(4, holding(1, ...schema)),
    holding(5, holding(1)),
    holding(6, holding(1, 'Size'), number(5, 0)),
  ];
  assert.deepEqual(
    objectOf(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      holding(2, holding(1, 'g'), holding(3, holding(1, 'pots')), holding(7, ...version), number(10, 0)),
    ),
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      spec: {
        group: 'g',
        names: { plural: 'pots' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: false,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { 'x-kubernetes-int-or-string': true, default: '', minimum: 0.5 },
                  none: { default: 0, enum: [0, 'a'] },
                  list: { items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  map: { additionalProperties: { type: 'string' } },
                  open: { 'x-kubernetes-preserve-unknown-fields': true, additionalProperties: true },
                  shut: { additionalProperties: false },
                },
              },
            },
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size' }],
          },
        ],
      },
    },
  );
});

test('decodeObject reads configurations of webhooks, whose rules are flat', () => {
  const rule = holding(
    3,
    holding(1, 'CREATE'),
    holding(2, holding(1, ''), holding(3, 'pods'), holding(4, '*')),
  );
  const client = holding(
    2,
    holding(1, holding(1, 'home'), holding(2, 'hook'), number(4, 8)),
    holding(2, 'ca'),
  );
  const selector = holding(11, holding(2, holding(1, 'a'), holding(2, 'In'), holding(3, 'b')));
  const webhook = holding(2, holding(1, 'a.b.c'), client, rule, selector);
  assert.partialDeepStrictEqual(
    objectOf('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', webhook),
    {
      webhooks: [
        {
          name: 'a.b.c',
          clientConfig: { service: { namespace: 'home', name: 'hook', port: 8 }, caBundle: 'Y2E=' },
          rules: [{ operations: ['CREATE'], apiGroups: [''], resources: ['pods'], scope: '*' }],
          objectSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
        },
      ],
    },
  );
});

test('decodeObject reads reviews of others, who have several values by one name', () => {
  const extra = holding(5, holding(1, 'scopes'), holding(2, holding(1, 'a'), holding(1, 'b')));
  assert.deepEqual(
    objectOf('authorization.k8s.io/v1', 'SubjectAccessReview', holding(2, holding(3, 'ada'), extra)),
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'ada', extra: { scopes: ['a', 'b'] } },
    },
  );
});

test('decodeObject reads the options of a delete, whatever group a client names', () => {
  // Sent by client-go 1.35 for the deletion of a definition.
  const sent = 'azhzAAooChdhcGlleHRlbnNpb25zLms4cy5pby92MRINRGVsZXRlT3B0aW9ucxIAGgAiAA==';
  assert.deepEqual(decoded(sent), { apiVersion: 'apiextensions.k8s.io/v1', kind: 'DeleteOptions' });
});

test('decodeObject reads the managers of fields as they are written in JSON', () => {
  const entry = holding(17, holding(1, 'ada'), holding(7, holding(1, '{"f:data":{}}')));
  assert.partialDeepStrictEqual(objectOf('v1', 'ConfigMap', holding(1, entry)), {
    metadata: { managedFields: [{ manager: 'ada', fieldsV1: { 'f:data': {} } }] },
  });
});

test('decodeObject reads the ports of a Service, which are numbers or names', () => {
  const part = (number: number, ...bytes: readonly number[]): readonly number[] => [
    number * 8 + 2,
    bytes.length,
    ...bytes,
  ];
  const letters = (text: string): readonly number[] => [...Buffer.from(text)];
  const [byNumber, byName] = [part(4, 8, 0, 16, 80), part(4, 8, 1, 16, 0, ...part(3, ...letters('web')))];
  const service = part(2, ...part(1, 24, 80, ...byNumber), ...part(1, 24, 81, ...byName));
  const type = [...part(1, ...letters('v1')), ...part(2, ...letters('Service'))];
  const bytes = Buffer.from([...letters('k8s\0'), ...part(1, ...type), ...part(2, ...service)]);
  assert.deepEqual(decodeObject(bytes), {
    apiVersion: 'v1',
    kind: 'Service',
    spec: {
      ports: [
        { port: 80, targetPort: 80 },
        { port: 81, targetPort: 'web' },
      ],
    },
  });
});

test('decodeObject knows times, lists and bytes, and leaves out what it does not know', () => {
  const field = (number: number, ...bytes: readonly number[]): readonly number[] => [
    number * 8 + 2,
    bytes.length,
    ...bytes,
  ];
  const letters = (text: string): readonly number[] => [...Buffer.from(text)];
  const spec = [
    ...field(1, ...letters('a')),
    ...field(4, 8, 0x80, 0x96, 0xa8, 0xd9, 0x06, 16, 0x88, 0x27),
    ...[2 * 8, 15, 15 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8, 14 * 8 + 5, 1, 2, 3, 4],
  ];
  const metadata = [...field(14, ...letters('x')), ...field(14, ...letters('y'))];
  const lease = [...field(1, ...metadata), ...field(2, ...spec)];
  const type = [...field(1, ...letters('coordination.k8s.io/v1')), ...field(2, ...letters('Lease'))];
  const bytes = Buffer.from([...letters('k8s\0'), ...field(1, ...type), ...field(2, ...lease)]);
  assert.deepEqual(decodeObject(bytes), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { finalizers: ['x', 'y'] },
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-12-22T05:30:40.000005Z' },
  });
});

test('decodeObject refuses what is no such object', () => {
  assert.throws(() => decoded(''), RangeError);
  assert.throws(() => decodeObject(Buffer.from('{}')), RangeError);
  for (let length = 6; length < 40; length += 1) {
    const cut = Buffer.from(configMap, 'base64').subarray(0, length);
    try {
      decodeObject(cut);
    } catch (failure) {
      assert.ok(failure instanceof RangeError, String(failure));
    }
  }
  assert.equal(decodeObject(Buffer.from('k8s\0')), undefined);
});

test('decodeMessage takes time in proportion to the items and entries of a message', () => {
  const many = 50_000;
  const type: MessageType = {
    1: { name: 'items', type: 'string', many: 'list' },
    2: { name: 'entries', type: 'string', many: 'map' },
  };
  const entry = (at: number): readonly number[] => {
    const key = Buffer.from(String(at));
    return [0x12, key.length + 2, 0x0a, key.length, ...key];
  };
  const bytes = Buffer.from(
    Array.from({ length: many }, (_, at) => at).flatMap((at) => [0x0a, 0, ...entry(at)]),
  );
  const beginMs = performance.now();
  const { items, entries } = decodeMessage(bytes, type);
  assert.ok(performance.now() - beginMs < 5_000);
  assert.equal((items as readonly unknown[]).length, many);
  assert.equal(Object.keys(entries as object).length, many);
});

test('decodeMessage keeps every key of a map', () => {
  const key = Buffer.from('__proto__');
  const bytes = Buffer.from([0x0a, key.length + 2, 0x0a, key.length, ...key]);
  const { map } = decodeMessage(bytes, { 1: { name: 'map', type: 'string', many: 'map' } });
  assert.deepEqual(Object.entries(map as object), [['__proto__', '']]);
});
