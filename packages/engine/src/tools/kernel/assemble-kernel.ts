import { constants, existsSync, lstatSync } from 'node:fs';
import { copyFile, lstat, readFile, realpath, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, kernelDir, kernelsDir } from '../host/paths.ts';
import { resolveInside } from '../rootfs/base-disk.ts';
import type { Accel } from '../vmm/accel.ts';
import { kernelArchMismatch, kernelInvalid } from './errors.ts';
import { guestPrograms, openProgramTree } from './guest-programs.ts';
import { kernelId, placeKernelFolder } from './kernel-folder.ts';
import { buildInitrd } from './initrd.ts';
import { kernelImageArch } from './kernel-image.ts';
import { bootModules, moduleOrder } from './module-order.ts';
import { quickKernel } from './quick-kernel.ts';

/** A kernel that is ready to boot VMs: a folder with `kernel`, `initrd` and `modules.squashfs`. */
export interface BuiltKernel {
  readonly id: string;
  /** The version as `uname -r` prints it. */
  readonly version: string;
  readonly arch: Arch;
  readonly size: Bytes;
}

export interface KernelDeps {
  readonly paths: Paths;
  readonly runner: Runner;
  /** How guests of the host's own architecture run. */
  readonly accel: () => Promise<Accel>;
}

export interface KernelTree {
  readonly root: string;
  /** The origin of the tree, for errors. */
  readonly source: string;
  /** The architecture that the kernel must be made for. */
  readonly arch: Arch;
}

/**
 * Assembles a kernel from a tree with `/boot/vmlinux` or `/boot/vmlinuz*` and `/lib/modules/RELEASE`. Its id
 * is the digest of its parts, so the same tree gives the same kernel on hosts that boot it in the same form. The caller
 * holds the kernel lock.
 * @throws CodedError KERNEL_INVALID, KERNEL_ARCH_MISMATCH
 */
export async function assembleKernel(
  { root, source, arch }: KernelTree,
  deps: KernelDeps,
  op: ClientOperation,
): Promise<BuiltKernel> {
  const { signal } = op;
  const image = await findKernelImage(root, source);
  const packed = await readFile(image);
  const found = kernelImageArch(packed);
  if (found === undefined)
    throw kernelInvalid(source, 'its kernel is not one for amd64 or arm64 that a VMM can load');
  if (found !== arch) throw kernelArchMismatch(source, { wanted: arch, found });
  const { version, dir: modulesDir } = await findModules(root, source);
  await deps.runner.run({ tool: 'depmod', args: ['--basedir', root, version] }, signal);
  const order = moduleOrder(await readFile(join(modulesDir, 'modules.dep'), 'utf8'), bootModules);
  for (const path of order) await assertInside(root, join(modulesDir, path), source);
  await placeConfig({ root, source, version, modulesDir });
  await using programs = await openProgramTree(arch, deps, signal);
  const initrd = await buildInitrd({
    modulesDir,
    moduleOrder: order,
    programs: await guestPrograms(programs.root, arch),
  });
  await using draft = await openWorkspace(kernelsDir(deps.paths), 'draft-');
  const at = (name: string): string => join(draft.path, name);
  const content = await quickKernel(packed, { arch, dir: draft.path }, deps, op);
  await writeFile(at('kernel'), content, { mode: 0o644 });
  await writeFile(at('initrd'), initrd, { mode: 0o644 });
  const compression = ['-comp', 'zstd', '-Xcompression-level', '3'];
  const args = [modulesDir, at('modules.squashfs'), ...compression, '-all-root', '-no-progress', '-quiet'];
  await deps.runner.run({ tool: 'mksquashfs', args }, signal);
  const id = kernelId(content, initrd);
  const size = await placeKernelFolder(draft.path, kernelDir(deps.paths, id));
  return { id, version, arch, size };
}

/**
 * Puts the configuration of the kernel, if the tree has it in /boot, beside the modules: there a guest finds it, for
 * instance kubeadm, which asks what the kernel can do.
 */
async function placeConfig({ root, source, version, modulesDir }: ConfigPlace): Promise<void> {
  const config = join(root, `boot/config-${version}`);
  if (!existsSync(config)) return;
  await assertInside(root, config, source);
  // In a stranger's tree, a link may be at the target. It is not followed.
  await copyFile(config, join(modulesDir, 'config'), constants.COPYFILE_EXCL).catch(
    (failure: NodeJS.ErrnoException) => {
      if (failure.code !== 'EEXIST') throw failure;
    },
  );
}

interface ConfigPlace {
  readonly root: string;
  readonly source: string;
  readonly version: string;
  readonly modulesDir: string;
}

async function findKernelImage(root: string, source: string): Promise<string> {
  const names = await namesIn(join(root, 'boot'));
  const name =
    ['vmlinux', 'vmlinuz'].find((exact) => names.includes(exact)) ??
    names.find((any) => /^vmlinu[xz]-/.test(any));
  if (name === undefined) throw kernelInvalid(source, 'no /boot/vmlinux or /boot/vmlinuz');
  const image = resolveInside(root, `/boot/${name}`);
  if (image === undefined || !lstatSync(join(root, image)).isFile())
    throw kernelInvalid(source, `/boot/${name} is not a file`);
  return join(root, image);
}

async function findModules(
  root: string,
  source: string,
): Promise<{ readonly version: string; readonly dir: string }> {
  for (const parent of ['lib/modules', 'usr/lib/modules']) {
    const releases = (await namesIn(join(root, parent))).filter((name) => /^\d+\.\d+/.test(name));
    const [version] = releases;
    if (version === undefined || releases.length !== 1) continue;
    const dir = join(root, parent, version);
    await assertInside(root, dir, source);
    return { version, dir };
  }
  throw kernelInvalid(source, 'not exactly one release in /lib/modules');
}

/**
 * Checks that a path is a file within the tree. In a stranger's tree, a link could lead to a file of this
 * host, which would end up in VMs, or the path could be a device.
 */
async function assertInside(root: string, path: string, source: string): Promise<void> {
  const [tree, real] = await Promise.all([realpath(root), realpath(path).catch(() => '')]);
  const isInside = real.startsWith(`${tree}/`);
  const found = isInside ? await lstat(real) : undefined;
  if (!found?.isFile() && !found?.isDirectory())
    throw kernelInvalid(source, `/${relative(root, path)} is outside of it`);
}
