import { type Hash, createHash } from 'node:crypto';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { RemoteEtcd } from '../workload/remote-etcd.ts';
import type { EtcdAccess } from './etcd-access.ts';

export type SnapshotErrorCode = 'ETCD_SNAPSHOT_INVALID';

const digestBytes = 32;
/** The pages of a database, behind which its digest is. */
const pageBytes = 512;

/** Takes a snapshot of an etcd cluster, part by part. It ends with an error if what came is not what was sent. */
export async function* takeSnapshot(
  { endpoints, authority }: EtcdAccess,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const now = Date.now;
  const etcd = new RemoteEtcd({ endpoints: () => Promise.resolve(endpoints), authority, now });
  yield* verified(etcd.snapshot(signal));
}

/**
 * Passes a snapshot on, and compares it with the digest at its end, which etcd has written there.
 * @throws CodedError ETCD_SNAPSHOT_INVALID
 */
export async function* verified(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash: Hash = createHash('sha256');
  let held = Buffer.alloc(0);
  let size = 0;
  for await (const part of parts) {
    size += part.length;
    const all = Buffer.concat([held, part]);
    const end = Math.max(0, all.length - digestBytes);
    hash.update(all.subarray(0, end));
    held = all.subarray(end);
    yield part;
  }
  const isWhole = size > digestBytes && (size - digestBytes) % pageBytes === 0;
  if (!isWhole || !hash.digest().equals(held))
    throw new CodedError<SnapshotErrorCode>(
      'ETCD_SNAPSHOT_INVALID',
      isWhole ? 'the snapshot is damaged: its digest is another one' : 'this is no whole snapshot of etcd',
      { hint: 'take it with "ignite etcd backup", or with "etcdctl snapshot save"' },
    );
}
