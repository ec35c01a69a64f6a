import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { assertSuspendable } from './assert-suspendable.ts';

const vmms = { qemu, firecracker };
const storage = {
  volumes: [{ name: 'src', hostPath: { path: '/srv' } }],
  volumeMounts: [{ name: 'src', mountPath: '/src' }],
};
const assertOf = (spec: object, status: Partial<VmStatus> = {}): void =>
  assertSuspendable(sampleVm({ spec, status }), { vmms });

test('assertSuspendable: what cannot be saved and loaded again is refused before anything stands still', () => {
  const code = 'SUSPEND_UNSUPPORTED';
  assertOf({});
  assertOf({}, { pending: ['spec.cpus'] });
  assert.throws(() => assertOf({ machine: { vmm: 'firecracker' } }), {
    code,
    message: /state of firecracker yet/,
  });
  assert.throws(() => assertOf({ storage }), { code, message: /a shared folder, which "src" is/ });
  assert.throws(() => assertOf({}, { pending: ['spec.kernel.oci'] }), {
    code,
    message: /kernel was changed/,
  });
});

test('assertSuspendable: a folder that was added or taken away since the boot does not count', () => {
  const { spec } = sampleVm({ spec: {} });
  assertOf({ storage }, { booted: spec });
  const withFolder = sampleVm({ spec: { storage } }).spec;
  assert.throws(() => assertOf({}, { booted: withFolder }), { code: 'SUSPEND_UNSUPPORTED' });
});
