import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { awaitEtcd } from '@ignite/cluster/etcd-operations/await-etcd';
import { type EtcdRequest, createEtcd, planEtcdCluster } from '@ignite/cluster/etcd-operations/create-etcd';
import { verified } from '@ignite/cluster/etcd-operations/snapshot';
import { fileFault } from '../../files/file-fault.ts';
import { bytes, humanBytes, parseBytes } from '@ignite/toolkit/units/bytes';
import type { Command, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { isForOtherHost } from '../../context.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import {
  clusterKey,
  isWaiting,
  tellUnattended,
  waitFlags,
  waitingOf,
  withWishedCluster,
} from '../cluster/cluster-flags.ts';
import { assertEtcdImage } from './assert-etcd-image.ts';
import { etcdRequest, requestFlags } from './etcd-request.ts';

const flags: Flags = {
  ...requestFlags,
  ...namespaceFlags,
  ...waitFlags,
  'dry-run': { type: 'boolean', help: 'print the object, without creating it' },
  output: { ...documentFlag, help: 'print the etcd cluster as json or yaml' },
};

export const etcdCreate: Command = {
  name: 'etcd create',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Create an etcd cluster whose members are VMs, and wait until they are healthy',
  details: [
    'Members and clients show each other certificates, which "ignite etcd env" gives you.',
    'Where no ignited with --clusters runs, the command does its work until the cluster is there. What must go on after that, such as the replacement of members that fail, needs ignited.',
  ],
  examples: [
    'ignite etcd create db',
    'ignite etcd create db --members 3 --memory 1GB',
    'ignite etcd create db --members 3 --dry-run > db.yaml',
  ],
  flags,
  run: async (invocation) => {
    const { args, namespace } = invocation;
    const key = clusterKey(args[0]!, namespace);
    return await create(etcdRequest(key, invocation.flags), invocation);
  },
};

export const etcdRestore: Command = {
  name: 'etcd restore',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Create an etcd cluster with the data of a snapshot, and wait until its members are healthy',
  details: [
    'It is a new cluster with keys of its own. One of the same name has to be deleted first.',
    'The snapshot is copied into the first member through its memory, so it may have at most half of that, and 256 MB.',
  ],
  examples: [
    'ignite etcd restore db --from db.snapshot',
    'ignite etcd restore db --from db.snapshot --members 3',
  ],
  flags: {
    from: { type: 'string', value: 'FILE', help: 'snapshot, as "ignite etcd backup" writes it' },
    ...flags,
  },
  run: async (invocation) => {
    const { args, namespace } = invocation;
    const key = clusterKey(args[0]!, namespace);
    const from = invocation.flags.text('from');
    if (from === undefined) throw usageError('no snapshot given', 'give --from FILE');
    if (isForOtherHost(invocation))
      throw usageError(
        'a snapshot is restored on the host where its file is',
        'copy the file there, and run the command there',
      );
    const request = etcdRequest(key, invocation.flags);
    return await create({ ...request, restoredFrom: await snapshotAt(from, request) }, invocation);
  },
};

/** A host copies no more into a VM. */
const mostCopied = 256 * 2 ** 20;

/** Returns the full path of a snapshot. @throws CodedError USAGE_INVALID, ETCD_SNAPSHOT_INVALID */
async function snapshotAt(file: string, { memory }: EtcdRequest): Promise<string> {
  const path = await realpath(file).catch((failure: unknown) => {
    throw usageError(`--from ${file}: ${fileFault(failure)}`, 'use a file that you can read');
  });
  const half = memory === undefined ? mostCopied : Math.floor(parseBytes(memory) / 2);
  const most = Math.min(half, mostCopied);
  const { size } = await stat(path);
  if (size > most)
    throw usageError(
      `--from ${file}: it has ${humanBytes(bytes(size))}, and a member takes at most ${humanBytes(bytes(most))}`,
      'that is half of its memory (--memory), up to 256 MB',
    );
  for await (const _part of verified(createReadStream(path)));
  return path;
}

async function create(request: EtcdRequest, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const planned = planEtcdCluster(request);
  const format = documentFormatOf(invocation.flags);
  if (invocation.flags.isSet('dry-run')) {
    await printDocument(planned, format ?? 'yaml', io);
    return 0;
  }
  return await withWishedCluster(invocation, async (host) => {
    const waiting = waitingOf(host, invocation.flags);
    await assertEtcdImage(request, host.client, host.op.signal);
    const created = await createEtcd(planned, host.objects, host.op.signal);
    if (format === undefined) printDone(created, createdText('etcd cluster', created), invocation);
    const cluster = isWaiting(invocation.flags) ? await awaitEtcd(request, waiting) : created;
    if (format !== undefined) await printDocument(cluster, format, io);
    else if (isWaiting(invocation.flags) && !invocation.flags.isSet('quiet')) {
      const { endpoints = [] } = cluster.status ?? {};
      io.out.write(`etcd cluster "${request.name}" runs etcd ${request.version} at ${endpoints.join(',')}\n`);
    }
    tellUnattended(host, invocation);
    return 0;
  });
}
