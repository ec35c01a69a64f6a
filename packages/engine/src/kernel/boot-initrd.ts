import { createHash } from 'node:crypto';
import { readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { cpioArchive, file } from './cpio.ts';

const guestScripts = ['init', 'agent', 'clock', 'supervise', 'run-entrypoint', 'changes'];
const prefix = 'initrd-';
/** Another Ignite that is about to boot one has looked at it within this. */
const keptMs = 24 * 3_600_000;

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
  const now = systemClock.now();
  if (await isTouched(path, now)) return path;
  await replaceFile(path, Buffer.concat([await readFile(join(kernelDir, 'initrd')), archive]), 0o644);
  await removeUnused(kernelDir, now - keptMs);
  return path;
}

/** Marks a file as used; returns whether it is there. */
async function isTouched(path: string, now: number): Promise<boolean> {
  try {
    await utimes(path, new Date(now), new Date(now));
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
    return false;
  }
}

/** Of other Ignites, which were not booted since. A VM that runs keeps the one that it was booted with. */
async function removeUnused(kernelDir: string, since: number): Promise<void> {
  const made = (await readdir(kernelDir)).filter((name) => name.startsWith(prefix));
  for (const path of made.map((name) => join(kernelDir, name)))
    if ((await stat(path)).mtimeMs < since) await rm(path, { force: true });
}
