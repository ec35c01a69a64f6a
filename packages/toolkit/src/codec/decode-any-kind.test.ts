import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAnyKind } from './decode-any-kind.ts';

test('objects of all kinds are read as they stand, with their groups', () => {
  const remarks: string[] = [];
  const text = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {a: b}, finalizers: [x]}
spec: {replicas: 2}
status: {replicas: 1}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {k: v}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: "system:x"}, rules: []}
`;
  const manifests = decodeAnyKind(text, 'a.yaml', { onRemark: (remark) => void remarks.push(remark) });
  assert.deepEqual(
    manifests.map(({ origin: _origin, ...manifest }) => manifest),
    [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment.apps',
        metadata: { name: 'web', namespace: 'shop', labels: { a: 'b' }, annotations: {} },
        spec: { replicas: 2 },
        content: {},
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c', namespace: '', labels: {}, annotations: {} },
        spec: undefined,
        content: { data: { k: 'v' } },
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole.rbac.authorization.k8s.io',
        metadata: { name: 'system:x', namespace: '', labels: {}, annotations: {} },
        spec: undefined,
        content: { rules: [] },
      },
    ],
  );
  assert.deepEqual(remarks, ['metadata.finalizers is not applied']);
});

test('what is no object, or would change a path, is refused with its place', () => {
  for (const [text, message] of [
    ['a: 1', /^a\.yaml:1:1: apiVersion: /],
    [
      '{apiVersion: v1, kind: Pod, metadata: {name: ../x}}',
      /metadata\.name: must be a name without \/ and %/,
    ],
    ['{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: a/b}}', /metadata\.namespace: /],
    ['{apiVersion: ../v1, kind: Pod, metadata: {name: x}}', /apiVersion: must be VERSION or GROUP\/VERSION/],
    ['{apiVersion: v1, kind: Pod.x, metadata: {name: x}}', /kind: must be the name of a kind/],
    ['{apiVersion: v1, kind: Pod, metadata: {generateName: x-}}', /metadata\.name/],
  ] as const)
    assert.throws(() => decodeAnyKind(text, 'a.yaml'), { code: 'MANIFEST_INVALID', message });
});
