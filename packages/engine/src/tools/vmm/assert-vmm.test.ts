import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignArch, hostArch } from '../host/arch.ts';
import { assertVmm } from './assert-vmm.ts';
import { firecracker } from './firecracker/firecracker.ts';
import { qemu } from './qemu/qemu.ts';

const tcg = { kind: 'tcg' } as const;
const here = () => process.execPath;

test('assertVmm: a program that is not installed is named with its package', () => {
  const vmm = { ...qemu, program: () => '/usr/bin/no-such-vmm' };
  assert.throws(() => assertVmm(vmm, 'arm64', tcg), {
    code: 'VMM_MISSING',
    message: 'VMs for arm64 cannot run on this host: /usr/bin/no-such-vmm is not installed',
    hint: /apt-get install qemu-system-arm"/,
  });
  assertVmm({ ...qemu, program: here }, 'arm64', tcg);
});

test('assertVmm: one that no package brings is named with its releases', () => {
  const vmm = { ...firecracker, program: () => '/usr/local/bin/firecracker-none' };
  assert.throws(() => assertVmm(vmm, hostArch, { kind: 'kvm' }), {
    code: 'VMM_MISSING',
    hint: /firecracker-microvm.*releases.*sha256.*\/usr\/local\/bin\/firecracker$/,
  });
});

test('assertVmm: one that cannot emulate needs KVM, and is told what KVM lacks', () => {
  const vmm = { ...firecracker, program: here };
  assertVmm(vmm, hostArch, { kind: 'kvm' });
  assert.throws(() => assertVmm(vmm, hostArch, { kind: 'tcg', lack: '/dev/kvm does not open' }), {
    code: 'KVM_NEEDED',
    message: 'firecracker cannot run the VM: /dev/kvm does not open, and it cannot emulate',
    hint: /omit --vmm/,
  });
  assert.throws(() => assertVmm(vmm, foreignArch(hostArch), tcg), {
    code: 'KVM_NEEDED',
    message: /it is for \w+, this host is for \w+, and it cannot emulate/,
  });
});
