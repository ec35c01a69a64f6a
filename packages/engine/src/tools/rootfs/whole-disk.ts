import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { DiskFile } from './disk-file.ts';
import { diskMissing, diskUnusable } from './errors.ts';
import { convertToRaw, diskInfo } from './qemu-img.ts';

/**
 * The formats of disk files that can be imported, by qemu-img's names. Its other formats are no longer in
 * use.
 */
const formats = ['raw', 'qcow2', 'vmdk', 'vpc', 'vhdx', 'vdi'];

/** The size limit of a disk. No real machine has more, but a file may claim it. */
const largest = 16 * 2 ** 40;

export interface WholeDisk {
  readonly path: string;
  /** The size that a machine sees. */
  readonly size: Bytes;
}

/** Returns the digest of a file's content, by which its base disk is identified. */
export async function digestOfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (failure) {
    signal.throwIfAborted();
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') throw diskMissing(path);
    throw diskUnusable(path, 'it cannot be read', failure);
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Creates a read-only base disk from a disk file of a usual format, with its partitions unchanged. `dir`
 * appears whole or not at all. The caller holds a lock.
 * @throws CodedError DISK_UNUSABLE
 */
export async function makeWholeDisk(
  file: DiskFile,
  dir: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<WholeDisk> {
  await using draft = await openWorkspace(dirname(dir), 'draft-');
  try {
    const path = await copied(file, join(draft.path, 'disk'), runner, signal);
    const info = await diskInfo(path, runner, signal);
    // If a stranger's disk could refer to another file, the guest could read that file of the host.
    if (info.refersTo !== undefined) throw diskUnusable(file.path, `it refers to ${info.refersTo}`);
    if (!formats.includes(info.format))
      throw diskUnusable(file.path, `it has the format ${info.format}, which is not supported`);
    if (info.size > largest) throw diskUnusable(file.path, `its size is given as ${info.size} bytes`);
    await using work = await openWorkspace(draft.path, 'disk-');
    const raw = join(work.path, 'base.ext4');
    await convertToRaw({ path, format: info.format }, raw, runner, signal);
    await chmod(raw, 0o444);
    await writeFile(join(work.path, 'boot-mode'), 'disk');
    await chmod(work.path, 0o755);
    await rename(work.path, dir);
  } catch (failure) {
    throw failure instanceof ToolFailedError ? diskUnusable(file.path, failure.message, failure) : failure;
  }
  const path = join(dir, 'base.ext4');
  return { path, size: bytes((await stat(path)).size) };
}

/**
 * Copies the file, unpacked, to one of the current user, because the sandboxed tool runs as a user who may
 * not read the original.
 */
async function copied(
  { path, packer }: DiskFile,
  target: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<string> {
  if (packer === undefined) {
    const args = ['--reflink=auto', '--sparse=always', '--no-preserve=mode', '--', path, target];
    await runner.run({ tool: 'cp', args }, signal);
  } else {
    const output = createWriteStream(target, { mode: 0o600 });
    await runPipeline([{ tool: packer, args: ['-dc', '--', path] }], { output, endsOutput: true }, signal);
  }
  await chmod(target, 0o600);
  return target;
}
