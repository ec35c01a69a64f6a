import { readFile } from 'node:fs/promises';
import type { UsageFigures, VmUsage } from '@ignite/api/client/usage-client';
import type { Vm } from '@ignite/api/v1/vm';
import { cgroupFolders } from './cgroup-folders.ts';
import { readCgroupUsage } from './cgroup-usage.ts';
import { parseProcessIo } from './process-io.ts';
import { parseTapTraffic } from './tap-traffic.ts';

const nothing: UsageFigures = {
  cpuSeconds: undefined,
  memory: undefined,
  memoryLimit: undefined,
  diskRead: undefined,
  diskWritten: undefined,
  networkReceived: undefined,
  networkSent: undefined,
  pids: undefined,
};

/** Returns what a VM's VMM, the process `pid`, has used so far. There are no figures if the VMM is gone. */
export async function vmUsage(vm: Vm, pid: number | undefined): Promise<VmUsage> {
  const { name, namespace, uid } = vm.metadata;
  const figures = pid === undefined ? nothing : await processUsage(pid);
  return { name, namespace, uid, atMs: performance.now(), ...figures };
}

async function processUsage(pid: number): Promise<UsageFigures> {
  try {
    const [cgroup, mounts, netDev, io] = await Promise.all([
      readFile(`/proc/${pid}/cgroup`, 'utf8'),
      readFile('/proc/self/mountinfo', 'utf8'),
      readFile(`/proc/${pid}/net/dev`, 'utf8'), // of the VM's namespace, in which the VMM runs
      readFile(`/proc/${await diskUser(pid)}/io`, 'utf8').catch(() => ''), // not every kernel provides it
    ]);
    const traffic = parseTapTraffic(netDev);
    const folders = cgroupFolders(cgroup, mounts);
    const usage = await readCgroupUsage(folders);
    const isCounted = folders.blkio === undefined && usage.diskRead !== undefined;
    // cgroup v1 does not know who has written the pages that the host's page cache writes back later.
    const disk = isCounted ? undefined : parseProcessIo(io);
    return {
      ...usage,
      ...(disk && { diskRead: disk.read, diskWritten: disk.written }),
      networkReceived: traffic?.received,
      networkSent: traffic?.sent,
    };
  } catch {
    return nothing; // it has just ended
  }
}

/** Returns the process that uses the disks: the child of a process that keeps its streams, if there is one. */
async function diskUser(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number.parseInt(children, 10) || pid;
}
