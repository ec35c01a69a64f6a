import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { upgradeObject } from './upgrade-object.ts';

const stored = (kind: string, name: string, spec: unknown, namespace = 'default'): KubeObject => ({
  apiVersion: 'ignite.weave.works/v1',
  kind,
  metadata: {
    ...{ name, namespace, uid: '1', resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
  },
  spec,
});

test('upgradeObject: an image that was named by its reference gets a name, and keeps the reference', () => {
  const { metadata, spec } = upgradeObject(stored('Image', 'nginx:1.27@arm64', { oci: 'nginx:1.27' }));
  assert.equal(metadata.namespace, '');
  assert.match(metadata.name, /^nginx-1-27-arm64-[0-9a-f]{12}$/);
  assert.deepEqual(spec, { reference: 'nginx:1.27@arm64', oci: 'nginx:1.27' });
});

test('upgradeObject: the default kernel keeps its name', () => {
  const { metadata, spec } = upgradeObject(stored('Kernel', 'linux-image-cloud-amd64', {}));
  assert.equal(metadata.name, 'linux-image-cloud-amd64');
  assert.deepEqual(spec, { reference: 'linux-image-cloud-amd64' });
});

test('upgradeObject: images and kernels leave their namespace', () => {
  for (const kind of ['Image', 'Kernel']) {
    const { metadata, spec } = upgradeObject(stored(kind, 'a', { reference: 'a:1' }));
    assert.deepEqual([metadata.namespace, metadata.name, spec], ['', 'a', { reference: 'a:1' }]);
  }
});

test('upgradeObject: VMs and GitSources get the fields that have come since', () => {
  assert.deepEqual(upgradeObject(stored('VM', 'web', { ssh: true })).spec, { ssh: { generateKey: true } });
  const source = stored('GitSource', 'site', { verify: { keys: ['/k'] } });
  assert.deepEqual(upgradeObject({ ...source, apiVersion: 'gitops.weave.works/v1' }).spec, {
    verify: { keyFiles: ['/k'] },
  });
});

test('upgradeObject: everything else stays as it is', () => {
  const others = [
    stored('VM', 'web', { image: { oci: 'nginx:1.27' } }),
    stored('Image', 'nginx-1-27-1e2c18d98588', { reference: 'nginx:1.27', oci: 'nginx:1.27' }, ''),
    { ...stored('Image', 'a:b', {}), apiVersion: 'other.example/v1' },
    stored('Image', 'a:b', 5),
  ];
  for (const object of others) assert.equal(upgradeObject(object), object);
});
