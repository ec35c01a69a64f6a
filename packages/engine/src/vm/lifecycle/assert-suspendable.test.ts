import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { vmmSockets } from '../../tools/host/paths.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { assertSuspendable } from './assert-suspendable.ts';

const dir = mkdtempSync(join(tmpdir(), 'suspendable-'));
after(() => rmSync(dir, { recursive: true }));
const host = { vmms: { qemu, firecracker }, paths: { dataDir: dir, runDir: dir } };
const storage = {
  volumes: [{ name: 'src', hostPath: { path: '/srv' } }],
  volumeMounts: [{ name: 'src', mountPath: '/src' }],
};
const kernel = { id: 'k', version: '1' };
const assertOf = (spec: object, status: Partial<VmStatus> = {}): void =>
  assertSuspendable(sampleVm({ spec, status: { kernel, ...status } }), host);

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
  assert.throws(() => assertSuspendable(sampleVm({ spec }), host), refusal);
  assert.throws(() => assertOf({ kernel: { oci: 'kernel:6.12' } }, { booted: spec }), refusal);
  assertOf({ ...spec, cpus: 2 }, { booted: spec });
});

test('assertSuspendable: a machine of an earlier version, which has another set of ports, is not saved', () => {
  const vm = sampleVm({ spec: {}, status: { kernel } });
  const { control, identity } = vmmSockets(host.paths, vm.metadata.uid);
  mkdirSync(dirname(control), { recursive: true });
  writeFileSync(control, '');
  assert.throws(() => assertSuspendable(vm, host), {
    code: 'SUSPEND_UNSUPPORTED',
    message: /earlier version of Ignite/,
  });
  writeFileSync(identity, '');
  assertSuspendable(vm, host);
});
