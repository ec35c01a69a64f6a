import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { shareSandbox } from './share-folder.ts';

const sandboxOf = (readOnly: boolean) =>
  shareSandbox(
    {
      folder: { kind: 'folder', name: 'src', serial: 'src', path: '/srv/src', readOnly, mounts: [] },
      vmUid: '0123456789abcdef',
      sharesDir: '/run/shares/x',
      logPath: '/log',
      user: 0x70000001,
      memoryLimit: bytes(2 ** 30),
    },
    '/run/shares/x/src',
    '/usr/lib/qemu/virtiofsd',
    { capabilities: ['CAP_CHOWN'], openFiles: 1_024 },
  );

test('shareSandbox: the folder and the socket are all that there is, and no network', () => {
  const { mounts, netnsPath, devices, uid } = sandboxOf(false);
  assert.deepEqual(
    mounts.map(({ source }) => source),
    ['/srv/src', '/run/shares/x/src', '/run/shares/x/src/lock'],
  );
  assert.deepEqual([netnsPath, devices, uid], [undefined, [], '0123456789abcdef-src']);
});

test('shareSandbox: the folder stays its owner’s, and is mounted read-only where it shall be', () => {
  const folder = (readOnly: boolean) => sandboxOf(readOnly).mounts[0];
  assert.deepEqual(folder(false), {
    source: '/srv/src',
    target: '/shared',
    writable: true,
    keepsOwner: true,
  });
  assert.equal(folder(true)?.writable, false);
});
