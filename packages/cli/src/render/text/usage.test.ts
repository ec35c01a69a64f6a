import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmUsage } from '@ignite/api/client/usage-client';
import { usageDocument, usageLine, usageTexts } from './usage.ts';

const sample = (atMs: number, cpuSeconds: number | undefined): VmUsage => ({
  namespace: 'default',
  name: 'web',
  uid: 'ab',
  atMs,
  cpuSeconds,
  memory: 128 * 2 ** 20,
  memoryLimit: 512 * 2 ** 20,
  diskRead: 2_048,
  diskWritten: 0,
  networkReceived: undefined,
  networkSent: undefined,
  pids: 5,
});

test('usageLine: two samples make a rate, of one CPU', () => {
  assert.equal(usageLine(sample(1_000, 10), sample(3_000, 13)).cpuPercent, 150);
  assert.equal(usageLine(sample(1_000, 10), sample(3_000, 13)).memoryPercent, 25);
});

test('usageLine: no rate with one sample, of no time, or across a restart', () => {
  assert.equal(usageLine(undefined, sample(3_000, 13)).cpuPercent, undefined);
  assert.equal(usageLine(sample(3_000, 10), sample(3_000, 13)).cpuPercent, undefined);
  assert.equal(usageLine(sample(1_000, 10), sample(3_000, 1)).cpuPercent, undefined);
});

test('usageTexts, usageDocument: what is not known is shown as such', () => {
  const line = usageLine(sample(0, undefined), sample(1_000, 1));
  assert.deepEqual(usageTexts(line), {
    ID: 'ab',
    Container: 'ab',
    Name: 'web',
    CPUPerc: '-',
    MemUsage: '128.0 MB / 512.0 MB',
    MemPerc: '25.00%',
    NetIO: '-',
    BlockIO: '2.0 KB / 0 B',
    PIDs: '5',
  });
  assert.equal(usageDocument(line).networkSentBytes, null);
  assert.equal(usageDocument(line).cpuSeconds, 1);
});
