import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import type { VmUsage } from '@ignite/api/client/usage-client';
import { hostUsage } from './host-usage.ts';

test('hostUsage: has the host as a whole, and the VMs whose usage the host knows', async () => {
  const unknown = { memoryLimit: undefined, diskRead: undefined, diskWritten: undefined, pids: undefined };
  const network = { networkReceived: undefined, networkSent: undefined };
  const usage = (uid: string, cpuSeconds: number | undefined): VmUsage => ({
    ...{ uid, namespace: 'default', name: uid, cpuSeconds, memory: 7, atMs: 5 },
    ...unknown,
    ...network,
  });
  const source = hostUsage({ sample: async () => [usage('a', 3), usage('b', undefined)] });
  const { host, vms } = await source(new AbortController().signal);
  assert.deepEqual([...vms], [['a', { cpuSeconds: 3, memory: 7, atMs: 5 }]]);
  assert.ok(host.cpuSeconds > 0 && host.memory > 0 && host.memory < totalmem());
});
