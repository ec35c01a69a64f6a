import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Subnet, overlaps, parseSubnet } from '@ignite/api/address/ip-address';
import { seededRandom } from '../simulation/seeded-random.sample.ts';
import { DisjointSubnets } from './disjoint-subnets.ts';

test('DisjointSubnets: a subnet is added if it overlaps none of those that were', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 50; round += 1) {
    const subnets = new DisjointSubnets();
    const added: Subnet[] = [];
    for (let at = 0; at < 50; at += 1) {
      const length = 22 + Math.floor(random() * 11);
      const text = `10.244.${Math.floor(random() * 4)}.${Math.floor(random() * 256)}/${length}`;
      const subnet = parseSubnet(text);
      const isFree = !added.some((each) => overlaps(each, subnet));
      assert.equal(subnets.add(subnet), isFree, text);
      if (isFree) added.push(subnet);
    }
  }
});
