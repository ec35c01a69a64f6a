import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { kernelPackage } from '../tools/kernel/debian-kernel.ts';
import { kernelsIn } from '../tools/store/kind-clients.ts';
import { bootedKernel } from './booted-kernel.ts';
import { worldOf } from './lifecycle/world.sample.ts';

const kernel = { id: 'k', version: '1' };
const booted = { spec: { kernel: {} }, kernel, arch: 'amd64' } as const;

test('bootedKernel: a kernel whose name has gone to a newer one is still had', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'booted-kernel-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const name = kernelPackage('amd64');
    const build = async (id: string) =>
      await kernelsIn(host.objects).create({
        metadata: { name: id, uid: `aaaaaaaaaaaaaaa${id === 'k' ? 1 : 2}` },
        spec: { reference: name },
        status: { id, version: '1', arch: 'amd64', size: bytes(1) },
      });
    const { metadata } = await build('k');
    assert.deepEqual(await bootedKernel(booted, host), { name, ...kernel, arch: 'amd64' });
    await kernelsIn(host.objects).delete(metadata);
    await build('newer');
    assert.deepEqual(await bootedKernel(booted, host), { name, ...kernel, arch: 'amd64' });
    const own = { ...booted, spec: { kernel: { oci: 'example.com/kernel:1' } } };
    assert.equal((await bootedKernel(own, host))?.name, 'example.com/kernel:1');
    assert.equal(await bootedKernel({ ...booted, kernel: { id: 'gone', version: '1' } }, host), undefined);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
