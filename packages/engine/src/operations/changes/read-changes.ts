import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Vm } from '@ignite/api/v1/vm';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { locksDir } from '../../tools/host/paths.ts';
import { lostClocks } from '../../tools/guest/lost-clocks.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { bootInitrd } from '../../tools/kernel/boot-initrd.ts';
import { cpioArchive, file, withParents } from '../../tools/kernel/cpio.ts';
import { hostProgram } from '../../tools/kernel/guest-programs.ts';
import { createOverlay } from '../../tools/rootfs/qemu-img.ts';
import { type ShutInRun, runShutIn } from '../../tools/sandbox/run-shut-in.ts';
import { type GuestReport, exitOf, parseGuestReports } from '../../vm/plan/exit-status.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { type Machine, statusSize } from '../../tools/vmm/machine.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { copyVmDisk } from './copy-disk.ts';
import { changesUnreadable } from './errors.ts';
import { type ReaderFiles, readerMachine, readerMounts, readerPaths } from './reader-machine.ts';

/** The time limit in seconds. A guest can make its disk slow to read, but not endless. */
const seconds = 12 * 3_600;

export interface ChangesRequest {
  readonly vm: Vm;
  readonly image: Image;
  /** The folder of this host's default kernel. */
  readonly kernelDir: string;
  readonly as: 'list' | 'layer';
}

/**
 * Reads the changes that a VM has made to its image: a file with a list or with a layer, which is removed
 * when disposed. The guest has written the disks, so this host does not read them itself; a machine without a
 * network does. A running VM is paused while its disk is copied.
 */
export async function readChanges(
  request: ChangesRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Workspace & { readonly file: string }> {
  const lock = await acquireLock(locksDir(host.paths), 'changes', op.signal);
  const work = await openWorkspace(join(host.paths.dataDir, 'scratch'), 'changes-').catch(
    (failure: unknown) => {
      lock[Symbol.dispose]();
      throw failure;
    },
  );
  const dispose = async (): Promise<void> => {
    await work[Symbol.asyncDispose]();
    lock[Symbol.dispose]();
  };
  try {
    const path = await runReader(request, work.path, host, op);
    return { path: work.path, file: path, [Symbol.asyncDispose]: dispose };
  } catch (failure) {
    await dispose();
    throw failure;
  }
}

async function runReader(
  { vm, image, kernelDir, as }: ChangesRequest,
  dir: string,
  host: VmPorts,
  op: ClientOperation,
): Promise<string> {
  const at = (name: string): string => join(dir, name);
  const files: ReaderFiles = {
    kernel: join(kernelDir, 'kernel'),
    initrd: await bootInitrd(kernelDir, host.guestDir),
    base: image.status.baseDisk.path,
    disk: at('disk.qcow2'),
    now: at('now.qcow2'),
    out: at('out'),
    seed: at('seed'),
    reports: at('reports'),
  };
  const { out } = files;
  const size = bytes(Math.max(vm.spec.diskSize, image.status.baseDisk.size));
  const outSize = bytes(size + 64 * 2 ** 20);
  await copyVmDisk(vm, files.disk, host, op);
  const overlay = { path: files.now, backingPath: readerPaths.disk, backingFormat: 'qcow2', size } as const;
  await createOverlay(overlay, host.runner, op.signal);
  await writeFile(out, '');
  await truncate(out, outSize);
  await writeFile(files.seed, await readerSeed(as), { mode: 0o600 });
  op.report({ kind: 'step', message: `Comparing ${vm.metadata.name} with its image` });
  const said = await bootReader({ dir, files, outSize }, host, op.signal);
  const wrote = said.findLast((report) => report.kind === 'wrote');
  if (!wrote || wrote.size > (await stat(out)).size)
    throw changesUnreadable(vm.metadata.name, exitOf({ reports: said, guestEnd: 'powered-off' }).message);
  await truncate(out, wrote.size);
  return out;
}

interface ReaderBoot {
  readonly dir: string;
  readonly files: ReaderFiles;
  readonly outSize: Bytes;
}

/** Boots the reader, and again when it has lost its clock; returns what it has told at last. */
async function bootReader(
  boot: ReaderBoot,
  host: VmPorts,
  signal: AbortSignal,
): Promise<readonly GuestReport[]> {
  const { reports } = boot.files;
  for (let inVain = 0; ;) {
    await writeFile(reports, Buffer.alloc(statusSize));
    await runShutIn(readerRun(boot, readerMachine(await host.accel(), inVain)), host.runner, signal);
    const said = await readTail(reports);
    inVain = lostClocks(said);
    if (inVain === 0) return parseGuestReports(said);
  }
}

function readerRun({ dir, files, outSize }: ReaderBoot, machine: Machine): ShutInRun {
  return {
    dir,
    argv: [qemu.program(machine.arch), ...qemu.command(machine).slice(1)],
    mounts: readerMounts(files),
    devices: machine.accel.kind === 'kvm' ? ['/dev/kvm'] : [],
    memoryLimit: bytes(machine.memory + qemu.memoryOverhead(machine)),
    cpuLimit: machine.cpus + 1,
    seconds,
    fileSizeLimit: outSize,
  };
}

async function readerSeed(as: 'list' | 'layer'): Promise<Buffer> {
  const programs = as === 'list' ? [] : await hostProgram(['/bin/tar', '/usr/bin/tar'], 'bin/gnu-tar');
  return cpioArchive(
    withParents([
      file('env', `MODE=changes\nLAYER=${as === 'layer' ? 'yes' : 'no'}\n`),
      ...programs.map((entry) => ({ ...entry, path: `programs/${entry.path}` })),
    ]),
  );
}
