import { createHash } from 'node:crypto';
import { chmod, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, imageDir } from '@ignite/engine/tools/host/paths';

const blockSize = 2 ** 20;

export interface CopiedImage {
  /**
   * The digest of the disk's content, because the image that it was made from is no longer known for sure.
   */
  readonly digest: string;
  readonly baseDisk: { readonly path: string; readonly size: Bytes };
}

/**
 * Makes a base disk from one of the original's. It appears whole or not at all. The caller holds the layout's
 * lock.
 */
export async function copyImage(
  image: { readonly name: string; readonly path: string },
  paths: Paths,
  op: ClientOperation,
): Promise<CopiedImage> {
  await using draft = await openWorkspace(join(paths.dataDir, 'images'), 'legacy-');
  const disk = join(draft.path, 'base.ext4');
  const { hash, size } = await copyHashed(image, disk, op);
  await chmod(disk, 0o444);
  await writeFile(join(draft.path, 'boot-mode'), 'init');
  await chmod(draft.path, 0o755);
  const digest = `sha256:${hash}`;
  const target = imageDir(paths, digest);
  await rename(draft.path, target).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'ENOTEMPTY' && failure.code !== 'EEXIST') throw failure; // the same disk exists already
  });
  return { digest, baseDisk: { path: join(target, 'base.ext4'), size: bytes(size) } };
}

/** Copies and hashes in one pass. Blocks of zeros become holes. */
async function copyHashed(
  { name, path }: { readonly name: string; readonly path: string },
  target: string,
  { signal, report }: ClientOperation,
): Promise<{ readonly hash: string; readonly size: number }> {
  await using from = await open(path, 'r');
  await using to = await open(target, 'wx', 0o600);
  const { size } = await from.stat();
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(blockSize);
  const zeros = Buffer.alloc(blockSize);
  for (let done = 0; done < size;) {
    signal.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, blockSize, done);
    if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
    const block = buffer.subarray(0, bytesRead);
    hash.update(block);
    if (!block.equals(zeros.subarray(0, bytesRead))) await to.write(block, 0, bytesRead, done);
    done += bytesRead;
    report({ kind: 'transfer', what: name, done, total: size });
  }
  await to.truncate(size);
  await to.sync();
  return { hash: hash.digest('hex'), size };
}
