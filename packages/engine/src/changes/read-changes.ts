import { chown, copyFile, link, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Vm } from '@ignite/api/v1/vm';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../host/paths.ts';
import { readTail } from '../host/read-tail.ts';
import { bootInitrd } from '../kernel/boot-initrd.ts';
import { cpioArchive, file, withParents } from '../kernel/cpio.ts';
import { hostProgram } from '../kernel/guest-programs.ts';
import { createOverlay } from '../rootfs/qemu-img.ts';
import { sandboxUser } from '../sandbox/sandbox.ts';
import { exitOf, parseGuestReports } from '../vm/plan/exit-status.ts';
import type { VmHost } from '../vm/vm-host.ts';
import { statusSize } from '../vmm/machine.ts';
import { qemu } from '../vmm/qemu/qemu.ts';
import { copyVmDisk } from './copy-disk.ts';
import { changesUnreadable } from './errors.ts';
import { readerMachine } from './reader-machine.ts';
import { runAsNobody } from './run-as-nobody.ts';

export interface ChangesRequest {
  readonly vm: Vm;
  readonly image: Image;
  /** Of the default kernel of this host. */
  readonly kernelDir: string;
  readonly as: 'list' | 'layer';
}

/**
 * What a VM has made of its image: a file with a list, or with a layer, which is gone when disposed. The disks are read by
 * a machine without a network, not by this host: a guest has written them. A VM that runs is halted while its disk is
 * copied.
 */
export async function readChanges(
  request: ChangesRequest,
  host: VmHost,
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
  host: VmHost,
  op: ClientOperation,
): Promise<string> {
  const at = (name: string): string => join(dir, name);
  const [now, out, reports] = [at('now.qcow2'), at('out'), at('reports')];
  await copyVmDisk({ vm, backingPath: at('base') }, at('disk.qcow2'), host, op);
  await createOverlay(
    { path: now, backingPath: at('disk.qcow2'), backingFormat: 'qcow2', size: vm.spec.diskSize },
    host.runner,
    op.signal,
  );
  await writeFile(reports, Buffer.alloc(statusSize));
  await writeFile(out, '');
  await truncate(out, vm.spec.diskSize + 64 * 2 ** 20);
  await writeFile(at('seed'), await readerSeed(as));
  const user = sandboxUser(vm.metadata.uid);
  for (const path of [dir, now, at('disk.qcow2'), out, reports, at('seed')]) await chown(path, user, user);
  const accel = await host.accel();
  const disks = { base: at('base'), now, out, seed: at('seed') };
  const kernel = { path: at('kernel'), initrd: at('initrd') };
  await lendFile(image.status.baseDisk.path, disks.base);
  await lendFile(join(kernelDir, 'kernel'), kernel.path);
  await lendFile(await bootInitrd(kernelDir, host.guestDir), kernel.initrd);
  const command = qemu.command(readerMachine(dir, kernel, disks, accel));
  op.report({ kind: 'step', message: `Comparing ${vm.metadata.name} with its image` });
  await runAsNobody(command, { user, needsKvm: accel.kind === 'kvm' }, host.runner, op.signal);
  const said = parseGuestReports(await readTail(reports));
  const wrote = said.findLast((report) => report.kind === 'wrote');
  if (!wrote || wrote.size > (await stat(out)).size)
    throw changesUnreadable(vm.metadata.name, exitOf({ reports: said, guestEnd: 'powered-off' }).message);
  await truncate(out, wrote.size);
  return out;
}

/** The machine's user gets to no folder but its own. */
async function lendFile(path: string, to: string): Promise<void> {
  await link(path, to).catch(async (failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'EXDEV') throw failure;
    await copyFile(path, to);
  });
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
