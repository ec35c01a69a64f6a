import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertVmm } from './assert-vmm.ts';
import { qemu } from './qemu/qemu.ts';

test('assertVmm: a program that is not installed is named with its package', () => {
  const vmm = { ...qemu, program: () => '/usr/bin/no-such-vmm' };
  assert.throws(() => assertVmm(vmm, 'arm64'), {
    code: 'VMM_MISSING',
    message: 'no VM for arm64 can run here: /usr/bin/no-such-vmm is not installed',
    hint: /apt-get install qemu-system-arm"/,
  });
  assertVmm({ ...qemu, program: () => process.execPath }, 'arm64');
});
