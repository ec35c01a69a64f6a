import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionDocument } from './version.ts';

test("versionDocument: the original's keys, with which VMM it is", () => {
  assert.deepEqual(versionDocument([{ name: 'qemu', version: '7.2.22' }]), {
    igniteVersion: {
      major: '0',
      minor: '1',
      gitVersion: 'v0.1.0',
      platform: process.arch === 'x64' ? 'linux/amd64' : 'linux/arm64',
      nodeVersion: process.version,
    },
    firecrackerVersion: { gitVersion: 'v7.2.22', vmm: 'qemu' },
    vmms: [{ name: 'qemu', version: '7.2.22' }],
  });
  assert.ok('firecrackerVersion' in versionDocument([]));
});
