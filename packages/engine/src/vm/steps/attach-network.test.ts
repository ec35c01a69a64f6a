import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { VmPorts } from '../vm-ports.ts';
import { attachNetwork } from './attach-network.ts';

test('attachNetwork: a guest that has kept the identity of another VM is never on the network of the host', async () => {
  const vm = sampleVm({ status: { identity: { vmUid: 'b', hostname: 'node' } } });
  const untouched = {} as VmPorts;
  const op = { signal: new AbortController().signal, report: () => {} };
  await assert.rejects(attachNetwork(vm, {}, untouched, op), { code: 'VM_INVALID', message: /identity/ });
});
