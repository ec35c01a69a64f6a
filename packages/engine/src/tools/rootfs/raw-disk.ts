import { chmod, open, rename, rm, stat, truncate } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';

export interface RawDiskRequest {
  readonly path: string;
  readonly basePath: string;
  /** The size, which is at least that of the base. */
  readonly size: Bytes;
}

/**
 * Creates a raw disk with the content of its base. It shares the base's blocks if the file system can
 * (reflink), and has holes for empty areas. It appears whole or not at all.
 */
export async function createRawDisk(
  { path, basePath, size }: RawDiskRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  await runner.run(
    { tool: 'cp', args: ['--reflink=auto', '--sparse=always', '--', basePath, draft] },
    signal,
  );
  await chmod(draft, 0o600);
  await truncate(draft, size);
  await using file = await open(draft, 'r+');
  await file.sync();
  await rename(draft, path);
}

/** Grows a disk that no VMM has open to `size`. A disk of at least that size is left alone. */
export async function growRawDisk(path: string, size: Bytes): Promise<void> {
  if ((await stat(path)).size < size) await truncate(path, size);
}
