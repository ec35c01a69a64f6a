import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { assertIdentityApart, identityOf, nameOnNetwork } from './guest-identity.ts';

test('identityOf: a guest is the VM, unless it has kept the identity of another one', () => {
  assert.deepEqual(identityOf(sampleVm({ name: 'web', uid: 'a' })), { vmUid: 'a', hostname: 'web' });
  const identity = { vmUid: 'b', hostname: 'node' };
  assert.deepEqual(identityOf(sampleVm({ name: 'copy', status: { identity } })), identity);
});

const identity = { vmUid: 'b', hostname: 'node' };
for (const [what, namespace, router, kept, name] of [
  ['a VM', 'default', undefined, {}, 'copy'],
  ['a VM of another namespace', 'garden', undefined, {}, 'copy.garden'],
  ['a VM behind a router', 'garden', 'test', {}, 'copy.garden'],
  ['a guest that has kept another name behind a router', 'default', 'test', { identity }, 'node'],
  ['such a guest of another namespace', 'garden', 'test', { identity }, 'node.garden'],
  ['such a guest that is on the network of the host', 'garden', undefined, { identity }, 'copy.garden'],
] as const) {
  test(`nameOnNetwork: ${what} is ${name}`, () => {
    const vm = sampleVm({ name: 'copy', spec: { network: { router } }, status: kept });
    assert.equal(nameOnNetwork({ ...vm, metadata: { ...vm.metadata, namespace } }), name);
  });
}

test('assertIdentityApart: a guest that has kept the identity of another VM is behind a router', () => {
  const spec = { network: { router: 'test' } };
  for (const vm of [sampleVm({}), sampleVm({ spec, status: { identity } })]) assertIdentityApart(vm);
  assert.throws(() => assertIdentityApart(sampleVm({ status: { identity } })), { code: 'VM_INVALID' });
});
