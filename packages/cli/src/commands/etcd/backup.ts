import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readEtcdAccess } from '@ignite/cluster/etcd-operations/etcd-access';
import { findEtcd } from '@ignite/cluster/etcd-operations/find-etcd';
import { takeSnapshot } from '@ignite/cluster/etcd-operations/snapshot';
import { humanBytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { clusterKey } from '../cluster/cluster-flags.ts';

export const etcdBackup: Command = {
  name: 'etcd backup',
  arguments: 'ETCD FILE',
  arity: { least: 2, most: 2 },
  summary: 'Write a snapshot of the data of an etcd cluster to a file',
  details: [
    'The file appears once it is whole and its digest was verified. Only you can read it. This host must reach the members, as it does where they run.',
  ],
  examples: ['ignite etcd backup db db.snapshot'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const { args, flags, io } = invocation;
    const [name = '', file = ''] = args;
    const key = clusterKey(name);
    await withClusters(invocation, async ({ objects, op: { signal } }) => {
      const cluster = await findEtcd(objects, key, signal);
      const access = await readEtcdAccess(cluster, objects, signal);
      let size = 0;
      await writeArchive(file, async (output) => {
        const parts = Readable.from(takeSnapshot(access, signal), { objectMode: false });
        parts.on('data', (part: Buffer) => (size += part.length));
        await pipeline(parts, output, { end: false, signal });
      });
      if (file !== '-' && !flags.isSet('quiet'))
        io.out.write(`Wrote ${humanBytes(bytes(size))} of etcd cluster "${key.name}" to ${file}\n`);
    });
    return 0;
  },
};
