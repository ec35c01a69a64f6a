import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './paths.ts';

/** The folder has an empty file for each VM that waits for its restart, so that nobody searches all VMs for them. */
const folderOf = ({ runDir }: Paths): string => join(runDir, 'restarts');

export function noteRestart(uid: string, paths: Paths): void {
  mkdirSync(folderOf(paths), { recursive: true, mode: 0o700 });
  writeFileSync(join(folderOf(paths), uid), '', { mode: 0o600 });
}

export function forgetRestart(uid: string, paths: Paths): void {
  rmSync(join(folderOf(paths), uid), { force: true });
}

/** Returns the uids of the VMs that wait for their restart. */
export function notedRestarts(paths: Paths): readonly string[] {
  try {
    return readdirSync(folderOf(paths));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}
