import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOfFile } from './whole-disk.ts';

test('digestOfFile: a file that is missing is not called a bad disk', async () => {
  await assert.rejects(digestOfFile('/no/such/cloud.qcow2', AbortSignal.timeout(60_000)), {
    code: 'DISK_UNUSABLE',
    message: '/no/such/cloud.qcow2 cannot be imported as a disk: there is no such file',
    hint: 'check the path',
  });
});
