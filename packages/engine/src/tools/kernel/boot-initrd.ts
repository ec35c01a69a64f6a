import { createHash } from 'node:crypto';
import { readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { cpioArchive, file, symbolicLink } from './cpio.ts';
import { guestApplets } from './guest-applets.ts';

const guestScripts = [
  'init',
  'agent',
  'bootstrap',
  'become',
  'channel',
  'clock',
  'identity',
  'supervise',
  'start-entrypoint',
  'run-entrypoint',
  'changes',
];
const prefix = 'initrd-';
/**
 * The time for which an unused initrd is kept. Another Ignite that is about to boot one has touched it more
 * recently.
 */
const keptMs = 24 * 3_600_000;

/**
 * Returns the initrd that a VM boots: the kernel's own, followed by the scripts of this Ignite and the links
 * by which they call busybox. The kernel may have been made by an older Ignite, whose scripts do not know
 * what the seed asks for. Linux unpacks successive archives (initramfs buffer format). The initrd is made in
 * the kernel's folder when the scripts have changed.
 */
export async function bootInitrd(kernelDir: string, guestDir: string): Promise<string> {
  const scripts = await Promise.all(
    guestScripts.map(async (name) => file(name, await readFile(join(guestDir, name)), 0o755)),
  );
  const applets = guestApplets.map((name) => symbolicLink(`bin/${name}`, 'busybox'));
  const archive = cpioArchive([...scripts, ...applets, symbolicLink('etc/mtab', '/proc/mounts')]);
  const name = `${prefix}${createHash('sha256').update(archive).digest('hex').slice(0, 16)}`;
  const path = join(kernelDir, name);
  const now = systemClock.now();
  if (await isTouched(path, now)) return path;
  await replaceFile(path, Buffer.concat([await readFile(join(kernelDir, 'initrd')), archive]), 0o644);
  await removeUnused(kernelDir, now - keptMs);
  return path;
}

/** Marks a file as used. Returns whether it exists. */
async function isTouched(path: string, now: number): Promise<boolean> {
  try {
    await utimes(path, new Date(now), new Date(now));
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
    return false;
  }
}

/**
 * Removes the initrds of other Ignites that have not been used since. A running VM keeps the one that it was
 * booted with.
 */
async function removeUnused(kernelDir: string, since: number): Promise<void> {
  const made = (await readdir(kernelDir)).filter((name) => name.startsWith(prefix));
  for (const path of made.map((name) => join(kernelDir, name)))
    if ((await stat(path)).mtimeMs < since) await rm(path, { force: true });
}
