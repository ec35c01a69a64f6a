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
