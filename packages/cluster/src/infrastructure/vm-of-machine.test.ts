import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { addressesOfMachine, providerIdOf } from './vm-of-machine.ts';

const network = { ipAddresses: ['10.61.0.7'], mac: '', gateway: '' };

test('a machine is known by its VM, and reached at its addresses', () => {
  const vm = sampleVm({ name: 'a', uid: 'a1', status: { network } });
  assert.equal(providerIdOf(vm), 'ignite://a1');
  assert.deepEqual(addressesOfMachine(vm), [
    { type: 'Hostname', address: 'a' },
    { type: 'InternalIP', address: '10.61.0.7' },
  ]);
});

test('a machine whose guest has kept an identity is known by that, and its neighbours reach it behind their router', () => {
  const interfaces = [{ name: 'eth0', mac: '', ipAddresses: ['10.61.0.7', 'fd00::7'] }];
  const identity = { vmUid: 'b1', hostname: 'b' };
  const status = { network: { ...network, ipAddresses: ['10.62.0.7'], interfaces }, identity };
  const vm = sampleVm({ name: 'a', uid: 'a1', status });
  assert.equal(providerIdOf(vm), 'ignite://b1');
  assert.deepEqual(addressesOfMachine(vm), [
    { type: 'Hostname', address: 'b' },
    { type: 'InternalIP', address: '10.61.0.7' },
    { type: 'InternalIP', address: 'fd00::7' },
    { type: 'ExternalIP', address: '10.62.0.7' },
  ]);
});
