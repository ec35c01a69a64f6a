import { chmod, rename, rm } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';

/** The label by which cloud-init finds the disk (its data source NoCloud, "Source files"). */
const label = 'CIDATA';
/** The largest size of a floppy in KiB, which is more than all the files can take. */
const sizeKib = '2880';

/**
 * Creates a disk with a FAT file system that contains `files`, with mtools(1). The disk appears whole or not
 * at all.
 */
export async function writeCloudInitDisk(
  path: string,
  files: Readonly<Record<string, string>>,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  try {
    await runner.run(
      { tool: 'mformat', args: ['-C', '-f', sizeKib, '-v', label, '-i', draft, '::'] },
      signal,
    );
    await chmod(draft, 0o600);
    for (const [name, content] of Object.entries(files))
      await runner.run({ tool: 'mcopy', args: ['-i', draft, '-', `::${name}`], stdin: content }, signal);
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}
