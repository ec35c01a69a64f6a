import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../host/paths.ts';
import type { KernelDeps } from './assemble-kernel.ts';
import { unpackKernel } from './unpack-kernel.ts';

/**
 * Returns the kernel of a folder in the form for a VMM that unpacks nothing. If the kernel is packed, that form is made once, beside it.
 * @throws CodedError KERNEL_PACKED
 */
export async function unpackedKernel(
  kernelDir: string,
  { paths, runner }: Pick<KernelDeps, 'paths' | 'runner'>,
  signal: AbortSignal,
): Promise<string> {
  const [kernel, unpacked] = [join(kernelDir, 'kernel'), join(kernelDir, 'kernel.unpacked')];
  if (existsSync(unpacked)) return unpacked;
  using _lock = await acquireLock(locksDir(paths), 'unpack-kernel', signal);
  if (existsSync(unpacked)) return unpacked;
  const image = await readFile(kernel);
  const content = await unpackKernel(image, kernelDir, runner, signal);
  if (content === image) return kernel;
  await replaceFile(unpacked, content, 0o644);
  return unpacked;
}
