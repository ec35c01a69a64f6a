import type { VmUsage } from '@ignite/api/client/usage-client';
import { cpuPercent } from '@ignite/api/client/cpu-percent';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';

/** What a VM uses, with the figures in percent that two samples make. */
export interface UsageLine extends VmUsage {
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
}

/** Pure. */
export function usageLine(before: VmUsage | undefined, after: VmUsage): UsageLine {
  const { memory, memoryLimit } = after;
  return {
    ...after,
    cpuPercent: cpuPercent(before, after),
    memoryPercent:
      memory === undefined || memoryLimit === undefined ? undefined : (memory / memoryLimit) * 100,
  };
}

/** Pure. For people, by the names that `docker stats --format` has for them. */
export const usageTexts = (line: UsageLine) => ({
  ID: line.uid,
  Container: line.uid,
  Name: line.name,
  CPUPerc: percent(line.cpuPercent),
  MemUsage: pair(line.memory, line.memoryLimit),
  MemPerc: percent(line.memoryPercent),
  NetIO: pair(line.networkReceived, line.networkSent),
  BlockIO: pair(line.diskRead, line.diskWritten),
  PIDs: line.pids === undefined ? '-' : String(line.pids),
});

/** Pure. For programs: plain numbers, null for what is not known. */
export const usageDocument = (line: UsageLine) => ({
  name: line.name,
  namespace: line.namespace,
  uid: line.uid,
  cpuPercent: rounded(line.cpuPercent),
  cpuSeconds: line.cpuSeconds ?? null,
  memoryBytes: line.memory ?? null,
  memoryLimitBytes: line.memoryLimit ?? null,
  memoryPercent: rounded(line.memoryPercent),
  networkReceivedBytes: line.networkReceived ?? null,
  networkSentBytes: line.networkSent ?? null,
  diskReadBytes: line.diskRead ?? null,
  diskWrittenBytes: line.diskWritten ?? null,
  pids: line.pids ?? null,
});

const percent = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)}%`);

const rounded = (value: number | undefined): number | null =>
  value === undefined ? null : Number(value.toFixed(2));

const size = (count: number | undefined): string => (count === undefined ? '-' : humanBytes(bytes(count)));

const pair = (one: number | undefined, other: number | undefined): string =>
  one === undefined && other === undefined ? '-' : `${size(one)} / ${size(other)}`;
