import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { type IgniteMachine, igniteMachineSpecSchema } from '../kinds/ignite-infrastructure.ts';
import { type GivenAddress, claimsOf, withAddresses } from './plan-addresses.ts';

const pool = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'lan' };
const specOf = (network: object, addressesFromPools: readonly object[]) =>
  v.safeParse(igniteMachineSpecSchema, {
    vm: { image: { oci: 'node' }, network },
    addressesFromPools: addressesFromPools.map((each) => ({ ...pool, ...each })),
  });
const storage = { name: 'eth1', network: 'storage' };

test('claimsOf: one for each address, named after the machine', () => {
  const { output } = specOf({ interfaces: [storage] }, [{}, { interface: 'eth1', name: 'disks' }]);
  const machine = { metadata: { name: 'dev-1' }, spec: output } as IgniteMachine;
  assert.deepEqual(claimsOf(machine), [
    { name: 'dev-1-0', interface: 'eth0', poolRef: pool },
    { name: 'dev-1-1', interface: 'eth1', poolRef: { ...pool, name: 'disks' } },
  ]);
  assert.deepEqual(claimsOf({ ...machine, spec: { vm: machine.spec.vm } }), []);
});

describe('withAddresses', () => {
  const { output } = specOf({ name: 'lan', interfaces: [storage] }, []);
  const { network } = (output as IgniteMachine['spec']).vm;
  const cases: readonly (readonly [string, readonly GivenAddress[], object | undefined])[] = [
    ['no address leaves the network as it is', [], network],
    [
      'each family has its field',
      [
        { interface: 'eth0', address: '10.0.0.9' },
        { interface: 'eth0', address: 'fd00::9' },
      ],
      { ...network, address: '10.0.0.9', address6: 'fd00::9' },
    ],
    [
      'each interface has its own',
      [{ interface: 'eth1', address: '10.1.0.9' }],
      { ...network, interfaces: [{ ...storage, address: '10.1.0.9' }] },
    ],
    [
      'two of one family are too many',
      [
        { interface: 'eth0', address: '10.0.0.9' },
        { interface: 'eth0', address: '10.0.0.10' },
      ],
      undefined,
    ],
  ];
  for (const [name, given, wanted] of cases)
    test(name, () => assert.deepEqual(withAddresses(network, given), wanted));
});

describe('addressesFromPools', () => {
  const problem =
    'addressesFromPools must name interfaces of the VM that have a network and no address of their own';
  const cases: readonly (readonly [string, object, readonly object[], readonly string[]])[] = [
    ['of eth0', {}, [{}], []],
    ['of another interface', { interfaces: [storage] }, [{ interface: 'eth1' }], []],
    ['of an interface that is none', {}, [{ interface: 'eth1' }], [problem]],
    [
      'of an interface without a network',
      { interfaces: [{ name: 'eth1' }] },
      [{ interface: 'eth1' }],
      [problem],
    ],
    ['of an interface with an address', { address: '10.0.0.9' }, [{}], [problem]],
  ];
  for (const [name, network, addresses, problems] of cases)
    test(`${name}: ${problems.length === 0 ? 'allowed' : 'refused'}`, () => {
      assert.deepEqual(specOf(network, addresses).issues?.map(({ message }) => message) ?? [], problems);
    });
});
