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
const kernel = { id: 'k', version: '1' };
const assertOf = (spec: object, status: Partial<VmStatus> = {}): void =>
  assertSuspendable(sampleVm({ spec, status: { kernel, ...status } }), { vmms });

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

test('assertSuspendable: a redefinition with another kernel counts, wherever it was killed', () => {
  const refusal = { code: 'SUSPEND_UNSUPPORTED', message: /kernel was changed/ };
  const { spec } = sampleVm({ spec: { kernel: { oci: 'kernel:6.1' } } });
  assert.throws(() => assertSuspendable(sampleVm({ spec }), { vmms }), refusal);
  assert.throws(() => assertOf({ kernel: { oci: 'kernel:6.12' } }, { booted: spec }), refusal);
  assertOf({ ...spec, cpus: 2 }, { booted: spec });
});
