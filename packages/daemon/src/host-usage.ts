import { cpus, freemem, totalmem } from 'node:os';
import type { UsageClient } from '@ignite/api/client/usage-client';
import type { Usage, UsageSource } from '@ignite/apiserver/views/metrics/usage-rates';

/** Returns what samples the whole host, with all that runs on it, and its VMs. */
export const hostUsage =
  (client: Pick<UsageClient, 'sample'>): UsageSource =>
  async (signal) => {
    const running = await client.sample({ vms: [], all: false }, signal);
    const vms = running.flatMap(({ uid, cpuSeconds, memory, atMs }) =>
      cpuSeconds === undefined || memory === undefined ? [] : [[uid, { cpuSeconds, memory, atMs }] as const],
    );
    return { host: usageOfHost(), vms: new Map(vms) };
  };

function usageOfHost(): Usage {
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { cpuSeconds: busyMs / 1_000, memory: totalmem() - freemem(), atMs: performance.now() };
}
