import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { installedVmms, parseVersion } from './installed-vmms.ts';

test('parseVersion: reads what the VMMs print', () => {
  for (const [printed, version] of [
    ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright (c) 2003', '7.2.22'],
    ['Firecracker v1.7.0\n\nSupported snapshot data format versions: v1.0.0', '1.7.0'],
    ['Firecracker v0.22.4', '0.22.4'],
    ['nothing of the kind', undefined],
    ['', undefined],
  ] as const)
    assert.equal(parseVersion(printed), version);
});

test('installedVmms: QEMU is found with its version, and what is not installed is left out', async () => {
  const found = await installedVmms(localRunner, new AbortController().signal);
  assert.match(found.find(({ name }) => name === 'qemu')?.version ?? '', /^\d+\.\d+/);
  assert.ok(found.every(({ version }) => version !== ''));
});
