import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { sourceOf, vmStorageSchema } from './vm-storage.ts';

const disk = { name: 'disk', blockDevice: { path: '/dev/sdb' } };

test('vmStorageSchema: the shape of the original, and each other kind of volume', () => {
  const storage = v.parse(vmStorageSchema, {
    volumes: [
      { name: 'volume0', blockDevice: { path: '/dev/sdb' } },
      { name: 'raw', file: { path: '/srv/raw.img', size: '64MB' }, readOnly: true },
      { name: 'src', hostPath: { path: '/srv/src' } },
      { name: 'data', volume: { name: 'db' } },
    ],
    volumeMounts: [
      { name: 'volume0', mountPath: '/data//x/' },
      { name: 'src', mountPath: '/src', readOnly: true },
    ],
  });
  assert.deepEqual(
    storage.volumeMounts.map(({ mountPath }) => mountPath),
    ['/data/x', '/src'],
  );
  assert.deepEqual(storage.volumes.map(sourceOf), [
    { kind: 'blockDevice', path: '/dev/sdb' },
    { kind: 'file', path: '/srv/raw.img', size: 64 * 2 ** 20 },
    { kind: 'hostPath', path: '/srv/src' },
    { kind: 'volume', name: 'db' },
  ]);
  assert.deepEqual(v.parse(vmStorageSchema, storage), storage);
});

const mount = { name: 'disk', mountPath: '/data' };
const refused: Readonly<Record<string, object>> = {
  'a volume without a source': { volumes: [{ name: 'a' }] },
  'a volume with two sources': { volumes: [{ ...disk, hostPath: { path: '/x' } }] },
  'a source of another sort': { volumes: [{ name: 'a', nfs: { path: '/x' } }] },
  'a relative path': { volumes: [{ name: 'a', blockDevice: { path: 'dev/sdb' } }] },
  'a path with ..': { volumes: [{ name: 'a', blockDevice: { path: '/dev/../etc' } }] },
  'a path with .. behind a line break': { volumes: [{ name: 'a', hostPath: { path: '/srv\n/../etc' } }] },
  'a path with a NUL byte': { volumes: [{ name: 'a', hostPath: { path: '/srv\0' } }] },
  'a path longer than any': { volumes: [{ name: 'a', hostPath: { path: '/a'.repeat(2_048) } }] },
  'a volume without a name': { volumes: [{ ...disk, name: '' }] },
  'two volumes of one name': { volumes: [disk, { name: 'disk', file: { path: '/x' } }] },
  'a device twice': { volumes: [disk, { ...disk, name: 'other' }] },
  'a Volume that is no DNS label': { volumes: [{ name: 'a', volume: { name: '../x' } }] },
  'a size too small for a file system': { volumes: [{ name: 'a', volume: { name: 'x', size: '1MB' } }] },
  'a mount of a volume that is not there': { volumes: [disk], volumeMounts: [{ ...mount, name: 'none' }] },
  'two mounts at one path': {
    volumes: [disk],
    volumeMounts: [mount, { ...mount, mountPath: '/data/' }],
  },
  'a relative mount path': { volumes: [disk], volumeMounts: [{ ...mount, mountPath: 'data' }] },
  'a folder that is not mounted': { volumes: [{ name: 'a', hostPath: { path: '/x' } }] },
  'a field that nobody knows': { volumes: [], mounts: [] },
};

for (const [what, storage] of Object.entries(refused)) {
  test(`vmStorageSchema: ${what} is refused`, () => {
    assert.equal(v.safeParse(vmStorageSchema, storage).success, false);
  });
}

for (const mountPath of ['/', '//', '/proc', '/sys/x', '/dev/', '/dev/shm']) {
  test(`vmStorageSchema: nothing is mounted at ${mountPath}`, () => {
    const storage = { volumes: [disk], volumeMounts: [{ ...mount, mountPath }] };
    assert.equal(v.safeParse(vmStorageSchema, storage).success, false);
  });
}
