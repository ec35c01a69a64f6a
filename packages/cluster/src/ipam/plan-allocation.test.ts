import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ipText } from '@ignite/api/address/ip-address';
import type { InClusterIpPool, InClusterIpPoolSpec } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';
import { addressesOf, openReservations, planReservation, usageOf } from './plan-allocation.ts';

const textsOf = (spec: InClusterIpPoolSpec): readonly string[] =>
  addressesOf(spec).map(({ family, first, last }) =>
    [first, last].map((value) => ipText({ family, value })).join('-'),
  );

describe('addressesOf: what a pool gives away', () => {
  const cases: readonly (readonly [string, InClusterIpPoolSpec, readonly string[]])[] = [
    [
      'no network and no broadcast address',
      { addresses: ['10.0.0.0/24'], prefix: 24 },
      ['10.0.0.1-10.0.0.254'],
    ],
    [
      'those too if the pool says so',
      { addresses: ['10.0.0.0/24'], prefix: 24, allocateReservedIPAddresses: true },
      ['10.0.0.0-10.0.0.255'],
    ],
    [
      'the ends of a part of a subnet are no ends',
      { addresses: ['10.0.0.64/26'], prefix: 24 },
      ['10.0.0.64-10.0.0.127'],
    ],
    ['a pair has no ends', { addresses: ['10.0.0.8/31'], prefix: 31 }, ['10.0.0.8-10.0.0.9']],
    ['nor has one address', { addresses: ['10.0.0.8'], prefix: 32 }, ['10.0.0.8-10.0.0.8']],
    ['IPv6 has no broadcast', { addresses: ['fd00::/126'], prefix: 126 }, ['fd00::1-fd00::3']],
    [
      'neither the gateway nor what is excluded',
      {
        addresses: ['10.0.0.1-10.0.0.9'],
        prefix: 24,
        gateway: '10.0.0.1',
        excludedAddresses: ['10.0.0.4-10.0.0.5', '10.0.0.9'],
      },
      ['10.0.0.2-10.0.0.3', '10.0.0.6-10.0.0.8'],
    ],
  ];
  for (const [name, spec, ranges] of cases) test(name, () => assert.deepEqual(textsOf(spec), ranges));
});

const claim = (name: string) => ({ name, uid: `uid-of-${name}` });
const reserved = (address: string, name: string) => ({ address, claim: claim(name) });
const given = (address: string): IpAddress => ({ spec: { address } }) as IpAddress;
const poolWith = (...reservations: ReturnType<typeof reserved>[]): InClusterIpPool =>
  ({
    spec: { addresses: ['10.0.0.1-10.0.0.3'], prefix: 24 },
    status: { reservations },
  }) as unknown as InClusterIpPool;

describe('planReservation: the address of a claim', () => {
  const cases = [
    ['is the first one', poolWith(), [], '10.0.0.1'],
    ['is not one that somebody has', poolWith(), ['10.0.0.1'], '10.0.0.2'],
    ['nor one that is reserved', poolWith(reserved('10.0.0.1', 'b')), ['10.0.0.2'], '10.0.0.3'],
    ['is the one that is reserved for it', poolWith(reserved('10.0.0.3', 'a')), ['10.0.0.1'], '10.0.0.3'],
    ['is another one if somebody has that', poolWith(reserved('10.0.0.1', 'a')), ['10.0.0.1'], '10.0.0.2'],
    ['is none where none is free', poolWith(reserved('10.0.0.1', 'b')), ['10.0.0.2', '10.0.0.3'], undefined],
  ] as const;
  for (const [name, pool, addresses, wanted] of cases)
    test(name, () => {
      assert.deepEqual(
        planReservation(pool, addresses.map(given), claim('a')),
        wanted && { address: wanted, claim: claim('a') },
      );
    });
});

test('openReservations: those of claims that are there and have no address yet', () => {
  const pool = poolWith(reserved('10.0.0.1', 'a'), reserved('10.0.0.2', 'b'), reserved('10.0.0.3', 'c'));
  assert.deepEqual(
    openReservations(pool, [given('10.0.0.1')], ({ name }) => name !== 'c'),
    [reserved('10.0.0.2', 'b')],
  );
});

test('usageOf: what was given before the pool became smaller is out of range', () => {
  const spec = { addresses: ['10.0.0.1-10.0.0.3'], prefix: 24 };
  assert.deepEqual(usageOf(spec, ['10.0.0.1', '10.0.0.9']), { total: 3, used: 2, free: 2, outOfRange: 1 });
  const { total, free } = usageOf({ addresses: ['fd00::/64'], prefix: 64 }, ['fd00::1']);
  assert.deepEqual([total, free], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
});
