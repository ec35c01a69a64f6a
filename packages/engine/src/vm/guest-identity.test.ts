import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { identityOf } from './guest-identity.ts';

test('identityOf: a guest is the VM, unless it has kept the identity of another one', () => {
  assert.deepEqual(identityOf(sampleVm({ name: 'web', uid: 'a' })), { vmUid: 'a', hostname: 'web' });
  const identity = { vmUid: 'b', hostname: 'node' };
  assert.deepEqual(identityOf(sampleVm({ name: 'copy', status: { identity } })), identity);
});
