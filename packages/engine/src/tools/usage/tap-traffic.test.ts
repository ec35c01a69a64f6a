import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTapTraffic } from './tap-traffic.ts';

const header = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 7 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
  eth0:    9999      19    0    0    0     0          0         0     8888      23    0    0    0     0       0          0
`;

test('parseTapTraffic: what taps receive the guest has sent, and the other way round', () => {
  const taps = `  tap0:    1706      19    0    0    0     0          0         0     1986      23    0    0    0     0       0          0
  tap1:10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0
`;
  assert.deepEqual(parseTapTraffic(header + taps), { received: 2006, sent: 1716 });
});

test('parseTapTraffic: a VM without a tap has no traffic that could be told', () => {
  assert.equal(parseTapTraffic(header), undefined);
});
