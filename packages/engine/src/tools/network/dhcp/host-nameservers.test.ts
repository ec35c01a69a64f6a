import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachableServers } from './host-nameservers.ts';

test('reachableServers: what only the host itself can ask is left out', () => {
  const text =
    '# x\nsearch example\nnameserver 127.0.0.53\nnameserver ::1\nnameserver fe80::1%eth0\nnameserver\t192.0.2.1\nnameserver 2001:db8::1\n';
  assert.deepEqual(reachableServers(text), ['192.0.2.1', '2001:db8::1']);
});
