import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { assertSameHost, boundSpec, keptBinding } from './bind-vm.ts';

const self = { name: 'a', isAlone: false };
const spec = (hostName?: string) => sampleVm({ spec: hostName === undefined ? {} : { hostName } }).spec;
const refusal = { code: 'VM_INVALID' };

test('a new VM is bound to the host that makes it, which makes none for other hosts', () => {
  assert.equal(boundSpec(spec(), self).hostName, 'a');
  assert.equal(boundSpec(spec('a'), self).hostName, 'a');
  assert.throws(() => boundSpec(spec('b'), self), refusal);
});

test('a VM stays on its host, whatever its new definition leaves open', () => {
  assert.equal(keptBinding(spec(), { hostName: 'a' }, self).hostName, 'a');
  assert.equal(keptBinding(spec('a'), {}, self).hostName, 'a', 'an old VM may be bound');
  assert.equal(keptBinding(spec(), {}, self).hostName, undefined);
  assert.throws(() => keptBinding(spec('b'), { hostName: 'a' }, self), refusal);
  assert.throws(() => keptBinding(spec('b'), {}, self), refusal);
  assert.throws(() => assertSameHost(spec('b'), {}), refusal);
});
