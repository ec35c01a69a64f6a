import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { inClusterIpPoolSpecSchema } from './in-cluster-ip-pool.ts';

const problemsOf = (pool: object): readonly string[] =>
  v.safeParse(inClusterIpPoolSpecSchema, { prefix: 24, ...pool }).issues?.map(({ message }) => message) ?? [];

describe('a pool of addresses', () => {
  const subnet = 'addresses must be of one subnet with this prefix';
  const family = 'gateway and excludedAddresses must be of the family of the addresses';
  const form = 'must be an address, a subnet such as 10.0.0.0/24, or a range such as 10.0.0.9-10.0.0.20';
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ['addresses, ranges and subnets', { addresses: ['10.0.0.9', '10.0.0.20-10.0.0.29', '10.0.0.64/28'] }, []],
    ['IPv6', { addresses: ['fd00::10-fd00::20'], prefix: 64, gateway: 'fd00::1' }, []],
    ['a gateway elsewhere', { addresses: ['10.0.0.9'], gateway: '10.9.0.1' }, []],
    ['addresses of two subnets', { addresses: ['10.0.0.9', '10.0.1.9'] }, [subnet]],
    ['a range over the end of the subnet', { addresses: ['10.0.0.250-10.0.1.3'] }, [subnet]],
    ['both families', { addresses: ['10.0.0.9', 'fd00::9'] }, [subnet]],
    ['a prefix of IPv6', { addresses: ['10.0.0.9'], prefix: 64 }, [subnet]],
    ['a gateway of the other family', { addresses: ['10.0.0.9'], gateway: 'fd00::1' }, [family]],
    ['exclusions of the other family', { addresses: ['10.0.0.9'], excludedAddresses: ['fd00::1'] }, [family]],
    ['what is no address', { addresses: ['10.0.0.300'] }, [form]],
    ['a range that goes back', { addresses: ['10.0.0.9', '10.0.0.9-10.0.0.8'] }, [form]],
    ['no addresses', { addresses: [] }, ['Invalid length: Expected !0 but received 0']],
  ];
  for (const [name, pool, problems] of cases)
    test(`with ${name}`, () => assert.deepEqual(problemsOf(pool), problems));
});
