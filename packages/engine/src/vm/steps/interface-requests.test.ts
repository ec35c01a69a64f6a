import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { interfaceRequests, lastAddresses, reservations, routerOf } from './interface-requests.ts';

const vm = (uid: string, network: object = {}, status: Partial<Vm['status']> = {}): Vm =>
  sampleVm({ name: uid, uid, spec: { network }, status });
const networkOf = (network: object) => vm('x', network).spec.network;
const dynamic = { addresses: [], lastAddresses: [] };

test('interfaceRequests: without a word of its network a VM has eth0 on the default one', () => {
  assert.deepEqual(interfaceRequests(networkOf({}), {}), [{ kind: 'cni', name: 'eth0', ...dynamic }]);
});

test('interfaceRequests: what is declared is asked for, and what was had before as well', () => {
  const declared = networkOf({
    name: 'lan',
    mac: '02:00:00:00:00:07',
    address: '10.1.0.7',
    address6: 'fd00::7',
    interfaces: [{ name: 'eth1', network: 'dmz', mode: 'tc-redirect' }, { name: 'net1' }],
  });
  assert.deepEqual(interfaceRequests(declared, {}, new Map([['eth1', ['10.2.0.3']]])), [
    {
      kind: 'cni',
      name: 'eth0',
      network: 'lan',
      mac: '02:00:00:00:00:07',
      addresses: ['10.1.0.7', 'fd00::7'],
      lastAddresses: [],
    },
    {
      kind: 'cni',
      name: 'eth1',
      network: 'dmz',
      mode: 'tc-redirect',
      addresses: [],
      lastAddresses: ['10.2.0.3'],
    },
    { kind: 'found', name: 'net1', mode: 'dhcp-bridge' },
  ]);
});

test('interfaceRequests: annotations of the original add interfaces, and say how eth0 is handed over', () => {
  const annotations = {
    'ignite.weave.works/interface/eth0': 'tc-redirect',
    'ignite.weave.works/interface/foo': 'dhcp-bridge',
    'ignite.weave.works/sandbox-env/A': 'b',
    other: 'x',
  };
  assert.deepEqual(interfaceRequests(networkOf({}), annotations), [
    { kind: 'cni', name: 'eth0', mode: 'tc-redirect', ...dynamic },
    { kind: 'found', name: 'foo', mode: 'dhcp-bridge' },
  ]);
});

for (const [key, mode] of [
  ['eth1', 'nat'],
  ['', 'dhcp-bridge'],
  ['../eth1', 'dhcp-bridge'],
  ['tap0', 'tc-redirect'],
] as const) {
  test(`interfaceRequests: the annotation of "${key}" with "${mode}" is refused`, () => {
    const annotations = { [`ignite.weave.works/interface/${key}`]: mode };
    assert.throws(() => interfaceRequests(networkOf({}), annotations), { code: 'VM_INVALID' });
  });
}

test('reservations: what other VMs were given by name stays theirs, on its network', () => {
  const vms = [
    vm('a', { address: '10.1.0.7', interfaces: [{ name: 'eth1', network: 'dmz', address6: 'fd00::7' }] }),
    vm('b', { name: 'lan', address: '10.2.0.7' }),
    vm('me', { address: '10.1.0.8' }),
    vm('c', { mac: '02:00:00:00:00:07' }),
    vm('d'),
  ];
  assert.deepEqual(reservations(vms, { uid: 'me' }), [
    { vm: 'a', addresses: ['10.1.0.7'] },
    { vm: 'a', network: 'dmz', addresses: ['fd00::7'] },
    { vm: 'b', network: 'lan', addresses: ['10.2.0.7'] },
    { vm: 'c', addresses: [], mac: '02:00:00:00:00:07' },
  ]);
});

test('reservations: what is behind one router does not count behind another one, or behind none', () => {
  const vms = [
    vm('a', { address: '10.1.0.7' }),
    vm('b', { address: '10.1.0.7', router: 'one' }),
    vm('c', { address: '10.1.0.7', router: 'two' }),
  ];
  for (const [router, owner] of [
    [undefined, 'a'],
    ['one', 'b'],
    ['two', 'c'],
  ] as const)
    assert.deepEqual(reservations(vms, { uid: 'me', router }), [{ vm: owner, addresses: ['10.1.0.7'] }]);
});

test('routerOf: the same name in two namespaces is two routers', () => {
  const router = (namespace: string) => routerOf(networkOf({ router: 'test' }), { namespace });
  assert.deepEqual([router('default'), router('prod')], ['test', 'test.prod']);
  assert.equal(routerOf(networkOf({}), { namespace: 'prod' }), undefined);
});

test('lastAddresses: by interface, and none of a VM that never ran', () => {
  assert.equal(lastAddresses(vm('a')).size, 0);
  const known = { ipAddresses: ['10.1.0.7', 'fd00::7', '10.2.0.3'], mac: '', gateway: '' };
  const last = (network: Vm['status']['network'] & object) =>
    Object.fromEntries(lastAddresses(vm('a', {}, { phase: 'Stopped', network })));
  const interfaces = [
    { name: 'eth0', mac: '', ipAddresses: ['10.1.0.7', 'fd00::7'] },
    { name: 'eth1', mac: '', ipAddresses: ['10.2.0.3'] },
  ];
  assert.deepEqual(last({ ...known, interfaces }), { eth0: ['10.1.0.7', 'fd00::7'], eth1: ['10.2.0.3'] });
  assert.deepEqual(last({ ...known, ipAddresses: ['10.1.0.7'] }), { eth0: ['10.1.0.7'] });
});
