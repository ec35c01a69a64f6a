import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResolvedVolume } from './resolve-volumes.ts';
import { volumeAccess, volumeDevices, volumeMounts } from './volume-devices.ts';

const volumes: readonly ResolvedVolume[] = [
  {
    kind: 'disk',
    name: 'data',
    serial: 'data',
    readOnly: false,
    medium: { kind: 'file', path: '/d', isOurs: true },
    fileSystem: 'ext4',
    mounts: [
      { path: '/data', readOnly: false },
      { path: '/view', readOnly: true },
    ],
  },
  {
    kind: 'disk',
    name: 'sdb',
    serial: 'sdb',
    readOnly: true,
    medium: { kind: 'device', path: '/dev/sdb', major: 8, minor: 16 },
    fileSystem: 'xfs',
    mounts: [{ path: '/x', readOnly: false }],
  },
  {
    kind: 'folder',
    name: 'src',
    serial: 'src',
    readOnly: false,
    path: '/srv',
    mounts: [{ path: '/s', readOnly: false }],
  },
];

test('volumeDevices and volumeAccess: what the VMM opens is what its sandbox holds, and as writable', () => {
  const { disks, shares } = volumeDevices(volumes);
  const { mounts, blockDevices } = volumeAccess(volumes, '/run/shares/x');
  const [file, device] = disks;
  assert.deepEqual(
    mounts.find(({ target }) => target === file?.path),
    { source: '/d', target: '/vm/volumes/data', writable: true },
  );
  assert.deepEqual(
    blockDevices.map(({ path, writable }) => [path, writable]),
    [[device?.path, false]],
  );
  assert.equal(device?.readOnly, true);
  const sockets = mounts.find(({ source }) => source === '/run/shares/x');
  assert.ok(sockets && !sockets.writable && shares[0]?.socket.startsWith(`${sockets.target}/`));
});

test('volumeMounts: each place of each volume; only what is ours is grown', () => {
  assert.deepEqual(
    volumeMounts(volumes).map(({ fileSystem, path, isReadOnly, isMountedReadOnly, grows }) => [
      fileSystem,
      path,
      isReadOnly,
      isMountedReadOnly,
      grows,
    ]),
    [
      ['ext4', '/data', false, false, true],
      ['ext4', '/view', false, true, true],
      ['xfs', '/x', true, false, false],
      ['virtiofs', '/s', false, false, false],
    ],
  );
});

test('volumeAccess: a VM without volumes has none', () => {
  assert.deepEqual(volumeAccess([], '/run/shares/x'), { mounts: [], blockDevices: [] });
});
