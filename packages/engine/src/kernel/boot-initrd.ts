import { createHash } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { cpioArchive, file } from './cpio.ts';

const guestScripts = ['init', 'agent', 'supervise', 'run-entrypoint', 'changes'];
const prefix = 'initrd-';

/**
 * The initrd that a VM boots: the kernel's own with the scripts of this very Ignite behind it, since what a kernel was
 * made with may be of an older one that does not know what the seed asks for. Linux unpacks archives that follow one
 * another (initramfs buffer format). Made when the scripts have changed, in the kernel's folder.
 */
export async function bootInitrd(kernelDir: string, guestDir: string): Promise<string> {
  const scripts = await Promise.all(
    guestScripts.map(async (name) => file(name, await readFile(join(guestDir, name)), 0o755)),
  );
  const archive = cpioArchive(scripts);
  const name = `${prefix}${createHash('sha256').update(archive).digest('hex').slice(0, 16)}`;
  const path = join(kernelDir, name);
  if (existsSync(path)) return path;
  await replaceFile(path, Buffer.concat([await readFile(join(kernelDir, 'initrd')), archive]), 0o644);
  // A VM that runs keeps the one that it was booted with.
  const others = (await readdir(kernelDir)).filter((other) => other.startsWith(prefix) && other !== name);
  await Promise.all(others.map((other) => rm(join(kernelDir, other), { force: true })));
  return path;
}
