import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { addressOf } from './await-vm.ts';

const vmWith = (status: Partial<Vm['status']>): Vm =>
  ({ metadata: { name: 'web' }, status: { phase: 'Running', ...status } }) as Vm;

test('exec panic on a VM without addresses: an error says so, and nobody is connected to this very host', () => {
  assert.throws(() => addressOf(vmWith({})), { code: 'VM_NO_ADDRESS' });
  const network = { ipAddresses: [], mac: '', gateway: '' };
  assert.throws(() => addressOf(vmWith({ network })), { code: 'VM_NO_ADDRESS' });
});

test('addressOf: the first address', () => {
  const network = { ipAddresses: ['10.61.0.2', '10.61.0.3'], mac: '', gateway: '' };
  assert.equal(addressOf(vmWith({ network })), '10.61.0.2');
});
