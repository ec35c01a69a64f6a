import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMemberAt } from './member-place.ts';
import type { ManagedMember } from './workload-cluster.ts';

const member = (...peerUrls: readonly string[]): ManagedMember => ({
  ...{ id: '1', name: 'db-1', isLearner: false, isHealthy: true, isLeader: true },
  peerUrls,
});

const cases: readonly (readonly [string, readonly string[], string | undefined, boolean])[] = [
  ['the host in its URL', ['https://10.0.0.1:2380'], '10.0.0.1', true],
  [
    'the host in another one of its URLs',
    ['https://10.0.0.2:2380', 'https://10.0.0.1:2380'],
    '10.0.0.1',
    true,
  ],
  ['another host', ['https://10.0.0.11:2380'], '10.0.0.1', false],
  ['an address of IPv6, which a URL has in brackets', ['https://[fd00::1]:2380'], 'fd00::1', true],
  ['an address in something that is no URL', ['10.0.0.1'], '10.0.0.1', false],
  ['no address at something that is no URL', [''], '', false],
  ['a place without an address', ['https://10.0.0.1:2380'], undefined, false],
  ['any address, without a URL', [], '10.0.0.1', false],
];
for (const [name, urls, address, isThere] of cases)
  test(`isMemberAt: ${name}`, () => {
    assert.equal(isMemberAt(member(...urls), address), isThere);
  });
