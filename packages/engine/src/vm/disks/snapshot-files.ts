import { chmod, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type Paths, diskNames, snapshotDir } from '../../tools/host/paths.ts';
import type { DiskFormat } from '../../tools/vmm/machine.ts';

/** The files of a snapshot, which never change. */
export interface SnapshotFiles {
  readonly dir: string;
  /** The folder with the state of the machine, if the snapshot holds it. */
  readonly savedState: string;
  readonly disk: string;
  /** What the guest has reported until then, which belongs to the state of the machine. */
  readonly exitStatus: string;
}

/** Pure. Returns the files of a snapshot whose folder is `dir`. */
export const snapshotFilesIn = (dir: string, format: DiskFormat): SnapshotFiles => ({
  dir,
  savedState: join(dir, 'saved-state'),
  disk: join(dir, format === 'qcow2' ? diskNames.disk : diskNames.rawDisk),
  exitStatus: join(dir, 'exit-status'),
});

export const snapshotFiles = (paths: Paths, uid: string, format: DiskFormat): SnapshotFiles =>
  snapshotFilesIn(snapshotDir(paths, uid), format);

/**
 * Copies a file that nobody writes to. The copy shares the blocks if the file system can (reflink), and appears whole or not at
 * all.
 */
export async function copyWhole(
  from: string,
  to: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${to}.draft`;
  await rm(draft, { force: true });
  try {
    await runner.run({ tool: 'cp', args: ['--reflink=auto', '--sparse=always', '--', from, draft] }, signal);
    await chmod(draft, 0o600);
    await synchronize(draft);
    await rename(draft, to);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}

/** Makes the folder of a snapshot whose files are complete appear under its own name. */
export async function keepSnapshot(draft: string, dir: string): Promise<void> {
  await rename(draft, dir);
  await synchronize(dirname(dir));
}

/** Marks a machine as one that has yet to be given its own identity, so that no power cut makes it forget that. */
export async function markIdentityDue(path: string): Promise<void> {
  await writeFile(path, '', { mode: 0o600, flush: true });
  await synchronize(dirname(path));
}

async function synchronize(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
