import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type VmSpec, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { waitingStatus } from './redefine-vm.ts';

const specOf = (fields: object): VmSpec => v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, ...fields });
const started = specOf({ cpus: 1, memory: '512MB' });
const after = (...wanted: readonly object[]): VmStatus => {
  let now: { readonly spec: VmSpec; readonly status: VmStatus } = {
    spec: started,
    status: { phase: 'Running' },
  };
  for (const fields of wanted) {
    const spec = specOf(fields);
    now = { spec, status: waitingStatus(now, spec, qemu) };
  }
  return now.status;
};

test('a change that is undone while the VM runs is no longer pending', () => {
  assert.deepEqual(after({ cpus: 2, memory: '1GB' }).pending, ['spec.cpus', 'spec.memory']);
  assert.deepEqual(after({ cpus: 2, memory: '1GB' }, { cpus: 2 }).pending, ['spec.cpus']);
  assert.equal(after({ cpus: 2, memory: '1GB' }, {}).pending, undefined);
});

test('a change that takes effect at once is not pending, and what the guest was started with is kept', () => {
  assert.deepEqual(after({ restartPolicy: 'always', power: 'Paused' }), { phase: 'Running' });
  assert.deepEqual(after({ memory: '256MB' }), { phase: 'Running', booted: started });
  assert.deepEqual(after({ memory: '256MB' }, { memory: '128MB', cpus: 2 }).booted, started);
});
