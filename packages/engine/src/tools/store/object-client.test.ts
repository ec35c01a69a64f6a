import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersion, group } from '@ignite/api/v1/group';
import { noImageConfig } from '@ignite/api/v1/image';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { bytes } from '@ignite/toolkit/units/bytes';
import { defaultPaths } from '../host/paths.ts';
import { imagesIn } from './kind-clients.ts';
import { engineClient } from './engine-client.sample.ts';
import { objectClient } from './object-client.ts';

test('objectClient: an image that the engine has stored is an object of no namespace', async () => {
  const store = new MemoryStore();
  await imagesIn(engineClient(store)).create({
    metadata: { name: 'nginx', uid: '1' },
    spec: { reference: 'nginx', oci: 'nginx:1.27' },
    status: {
      ...{ digest: '', platform: '', bootMode: 'entrypoint', config: noImageConfig, size: bytes(0) },
      baseDisk: { path: '', size: bytes(0) },
    },
  });
  const client = objectClient(store, defaultPaths);
  const images = { group, version: 'v1', resource: 'images' };
  const { apiVersion: version, metadata } = await client.get({ ...images, namespace: '', name: 'nginx' });
  assert.deepEqual([version, metadata.namespace], [apiVersion, '']);
  await assert.rejects(client.get({ ...images, namespace: 'default', name: 'nginx' }));
});
