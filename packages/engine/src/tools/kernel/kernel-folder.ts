import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** The files in a kernel's folder. */
export const kernelFiles = ['kernel', 'initrd', 'modules.squashfs'] as const;

/** Returns the id of a kernel: a digest of what boots, so the same content has the same id. */
export const kernelId = (kernel: Uint8Array, initrd: Uint8Array): string =>
  createHash('sha256').update(kernel).update(initrd).digest('hex');

/** Tells whether a folder contains the kernel of that id. */
export async function holdsKernel(dir: string, id: string): Promise<boolean> {
  const [kernel, initrd] = await Promise.all(['kernel', 'initrd'].map((name) => readFile(join(dir, name))));
  return kernelId(kernel!, initrd!) === id || (await adoptedKernelId(dir)) === id;
}

/**
 * Returns the id of a kernel that another host has made: a digest of all its files. Many kernels share what
 * boots, and a sender may have added other modules.
 */
export async function adoptedKernelId(dir: string): Promise<string> {
  const hash = createHash('sha256').update('adopted');
  for (const name of kernelFiles) hash.update(await readFile(join(dir, name)));
  return hash.digest('hex');
}

/** Moves the files of a kernel, and nothing else that is beside them. */
export async function moveKernelFiles(from: string, to: string): Promise<void> {
  for (const name of kernelFiles) await rename(join(from, name), join(to, name));
}

/** Moves a finished folder to its place, unless the same kernel exists already, and returns its size. */
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
