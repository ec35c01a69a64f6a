import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestEnd } from './events.ts';

const greeting = '{"QMP": {"version": {}, "capabilities": ["oob"]}}\n{"return": {}}\n';
const shutdown = (reason: string): string =>
  `{"timestamp": {"seconds": 1795602617, "microseconds": 715124}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "${reason}"}}\n`;

test('guestEnd: what QEMU saw its guest do, the first of it', () => {
  assert.equal(guestEnd(greeting + shutdown('guest-shutdown')), 'powered-off');
  assert.equal(guestEnd(greeting + shutdown('guest-reset')), 'rebooted');
  assert.equal(guestEnd(greeting + shutdown('guest-panic')), 'panicked');
  assert.equal(guestEnd(greeting + shutdown('host-signal')), 'stopped');
  assert.equal(guestEnd(greeting + shutdown('guest-reset') + shutdown('host-signal')), 'rebooted');
  assert.equal(guestEnd(greeting), undefined);
  assert.equal(guestEnd(''), undefined);
});
