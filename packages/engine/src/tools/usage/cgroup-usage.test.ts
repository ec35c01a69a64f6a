import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  parseCpuSeconds,
  parseDiskTraffic,
  parseLimit,
  parseMemory,
  readCgroupUsage,
} from './cgroup-usage.ts';

test('parseCpuSeconds: nanoseconds of cpuacct.usage, microseconds of cpu.stat', () => {
  assert.equal(parseCpuSeconds('2500000000\n'), 2.5);
  assert.equal(parseCpuSeconds('usage_usec 1500000\nuser_usec 1\nsystem_usec 2\n'), 1.5);
  assert.equal(parseCpuSeconds('nr_periods 0\n'), undefined);
});

test('parseMemory: files in the cache that were not used of late do not count', () => {
  assert.equal(parseMemory('1000\n', 'inactive_file 1\ntotal_inactive_file 300\n'), 700);
  assert.equal(parseMemory('1000\n', 'anon 1\ninactive_file 200\n'), 800);
  assert.equal(parseMemory('100\n', 'inactive_file 200\n'), 0);
  assert.equal(parseMemory('1000\n', ''), 1000);
});

test('parseLimit: none where nothing is limited', () => {
  assert.equal(parseLimit('805306368\n'), 805306368);
  assert.equal(parseLimit('9223372036854771712\n'), undefined);
  assert.equal(parseLimit('max\n'), undefined);
});

test('parseDiskTraffic: the sum of all devices, of blkio and of io.stat', () => {
  const blkio =
    '8:0 Read 4096\n8:0 Write 10\n8:0 Sync 1\n8:0 Total 4106\n8:16 Read 4\n8:16 Write 2\nTotal 9\n';
  assert.deepEqual(parseDiskTraffic(blkio), { read: 4100, written: 12 });
  const io = '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n253:1 rbytes=10 wbytes=20 rios=0 wios=0\n';
  assert.deepEqual(parseDiskTraffic(io), { read: 11, written: 22 });
  assert.deepEqual(parseDiskTraffic('Total 0\n'), { read: 0, written: 0 });
});

test('readCgroupUsage: what the host does not offer is unknown, not nought', async () => {
  const unified = await mkdtemp(join(tmpdir(), 'ignite-usage-'));
  try {
    await writeFile(join(unified, 'cpu.stat'), 'usage_usec 1000000\n');
    await writeFile(join(unified, 'pids.current'), '5\n');
    assert.deepEqual(await readCgroupUsage({ unified, memory: '/nonexistent' }), {
      cpuSeconds: 1,
      memory: undefined,
      memoryLimit: undefined,
      diskRead: undefined,
      diskWritten: undefined,
      pids: 5,
    });
  } finally {
    await rm(unified, { recursive: true });
  }
});
