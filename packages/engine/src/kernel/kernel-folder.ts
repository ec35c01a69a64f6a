import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** What a kernel's folder holds. */
export const kernelFiles = ['kernel', 'initrd', 'modules.squashfs'] as const;

/** Names a kernel by what boots: the same content, the same id. */
export const kernelId = (kernel: Uint8Array, initrd: Uint8Array): string =>
  createHash('sha256').update(kernel).update(initrd).digest('hex');

/** Whether a folder holds the kernel of that id. */
export async function holdsKernel(dir: string, id: string): Promise<boolean> {
  const [kernel, initrd] = await Promise.all(['kernel', 'initrd'].map((name) => readFile(join(dir, name))));
  return kernelId(kernel!, initrd!) === id || (await adoptedKernelId(dir)) === id;
}

/**
 * Names a kernel that another host has made by all that it holds: what boots is the same in many, and whoever sent it may
 * have put other modules beside that.
 */
export async function adoptedKernelId(dir: string): Promise<string> {
  const hash = createHash('sha256').update('adopted');
  for (const name of kernelFiles) hash.update(await readFile(join(dir, name)));
  return hash.digest('hex');
}

/** Moves what a kernel is made of, and nothing that lies beside it. */
export async function moveKernelFiles(from: string, to: string): Promise<void> {
  for (const name of kernelFiles) await rename(join(from, name), join(to, name));
}

/** Puts a finished folder in its place, unless the same kernel is there already, and returns its size. */
export async function placeKernelFolder(draft: string, target: string): Promise<Bytes> {
  await Promise.all(kernelFiles.map((name) => chmod(join(draft, name), 0o644)));
  await chmod(draft, 0o755);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await rename(draft, target).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'ENOTEMPTY' && failure.code !== 'EEXIST') throw failure;
  });
  const sizes = await Promise.all(kernelFiles.map(async (name) => (await stat(join(target, name))).size));
  return bytes(sizes.reduce((sum, size) => sum + size, 0));
}
