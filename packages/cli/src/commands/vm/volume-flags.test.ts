import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmStorageSchema } from '@ignite/api/v1/vm-storage';
import * as v from 'valibot';
import { FlagValues } from '../../arguments/command.ts';
import { type PathKind, storageOf } from './volume-flags.ts';

const known: Readonly<Record<string, PathKind>> = {
  '/dev/sdb': 'blockDevice',
  '/dev/sdc': 'blockDevice',
  '/srv/src': 'hostPath',
  '/srv/disk.img': 'file',
  [process.cwd()]: 'hostPath',
};

const read = (name: 'volumes' | 'mount', ...texts: string[]) =>
  storageOf(new FlagValues(new Map([[name, texts]])), (path) => known[path]);

test('storageOf: the comma list of the original, with its names', () => {
  assert.deepEqual(read('volumes', '/dev/sdb:/mnt,/dev/sdc:/mnt2'), {
    volumes: [
      { name: 'volume0', blockDevice: { path: '/dev/sdb' } },
      { name: 'volume1', blockDevice: { path: '/dev/sdc' } },
    ],
    volumeMounts: [
      { name: 'volume0', mountPath: '/mnt' },
      { name: 'volume1', mountPath: '/mnt2' },
    ],
  });
});

const sources: readonly (readonly [string, object])[] = [
  ['/srv/src:/src', { hostPath: { path: '/srv/src' } }],
  ['.:/src:ro', { hostPath: { path: process.cwd() }, readOnly: true }],
  ['packages/cli:/x', { blockDevice: { path: `${process.cwd()}/packages/cli` } }],
  ['/srv/disk.img:/x', { file: { path: '/srv/disk.img' } }],
  ['/srv/new.img:/x:size=1GB', { file: { path: '/srv/new.img', size: '1GB' } }],
  ['data:/x', { volume: { name: 'data' } }],
  ['data:/x:size=2GB:ro', { volume: { name: 'data', size: '2GB' }, readOnly: true }],
  ['data:/x:ro,size=2GB', { volume: { name: 'data', size: '2GB' }, readOnly: true }],
  ['/nope:/x', { blockDevice: { path: '/nope' } }],
];

for (const [text, source] of sources) {
  test(`storageOf: -v ${text}`, () => {
    const storage = read('volumes', text);
    assert.deepEqual(storage, {
      volumes: [{ name: 'volume0', ...source }],
      volumeMounts: [{ name: 'volume0', mountPath: text.split(':')[1] }],
    });
    assert.ok(v.safeParse(vmStorageSchema, storage).success);
  });
}

test('storageOf: --mount says the same in words', () => {
  assert.deepEqual(
    read('mount', 'type=volume,source=data,target=/x,readonly,size=2GB'),
    read('volumes', 'data:/x:ro:size=2GB'),
  );
  assert.deepEqual(read('mount', 'type=bind,src=/srv/src,dst=/x,ro=false'), read('volumes', '/srv/src:/x'));
  assert.deepEqual(read('mount', 'source=data,destination=/x'), read('volumes', 'data:/x'));
});

test('storageOf: flags that are repeated add up, and none means none', () => {
  assert.equal((read('volumes', 'a:/a', 'b:/b') as { volumes: unknown[] }).volumes.length, 2);
  assert.equal(read('volumes'), undefined);
});

for (const bad of ['', ':', '/dev/sdb', ':/x', 'data:', 'data:/x:rx', '/srv/src:/x:size=1GB', 'ro']) {
  test(`storageOf: -v ${JSON.stringify(bad)} is refused`, () => {
    assert.throws(() => read('volumes', bad), { code: 'USAGE_INVALID' });
  });
}

for (const bad of [
  '',
  'source=a',
  'target=/x',
  'type=tmpfs,source=a,target=/x',
  'type=bind,source=a,target=/x',
  'type=volume,source=/a,target=/x',
  'source=a,target=/x,readonly=maybe',
  'source=a,target=/x,consistency=cached',
  'source=a,target=/x,constructor=b',
]) {
  test(`storageOf: --mount ${JSON.stringify(bad)} is refused`, () => {
    assert.throws(() => read('mount', bad), { code: 'USAGE_INVALID' });
  });
}

test('storageOf: a path that cannot be followed is refused', () => {
  const flags = new FlagValues(new Map([['volumes', [`/${'a'.repeat(300)}:/x`]]]));
  assert.throws(() => storageOf(flags), { code: 'USAGE_INVALID' });
});
