import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceNumbers } from './block-device.ts';

test('deviceNumbers: small and large numbers', () => {
  assert.deepEqual(deviceNumbers(0x0803), { major: 8, minor: 3 });
  assert.deepEqual(deviceNumbers(0x700), { major: 7, minor: 0 });
  assert.deepEqual(deviceNumbers(0x10_fd05), { major: 253, minor: 256 + 5 });
});
