import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPorts } from '../vm-ports.ts';
import { startVm } from './start-vm.ts';

test('startVm: a VM whose removal was cut short is left as it is', async () => {
  const vm = { metadata: { name: 'web', deletionTimestamp: '2026-01-01T12:00:00Z' } } as Vm;
  const untouched = {} as VmPorts;
  const op = { signal: new AbortController().signal, report: () => {} };
  await assert.rejects(startVm(vm, {}, untouched, op), {
    code: 'VM_LEAVING',
    hint: /ignite rm -f web/,
  });
});
