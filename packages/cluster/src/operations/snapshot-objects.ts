import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { answeredObject } from '@ignite/toolkit/client/over-http/answered-object';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { SecretFields } from '@ignite/toolkit/core/resources/secret';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import { clusterKind, clusterSnapshotKind, secretObjects } from '../kinds/object-kinds.ts';
import { authorityNames } from '../workload/cluster-secrets.ts';
import { type ClusterKey, ofCluster } from './cluster-view.ts';
import { type Made, isOfCluster, listMade } from './list-made.ts';

const field = 'objects.json.gz';
/** The most that the objects of a snapshot take unpacked. */
const mostBytes = 64 * 2 ** 20;
const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

const madeSchema = v.array(
  v.object({
    kind: v.object({ group: v.string(), version: v.string(), resource: v.string(), kind: v.string() }),
    object: v.looseObject({}),
  }),
);

/** Pure. Returns the name of the Secret with the objects of a snapshot, which has the id of its copies. */
const secretNameOf = (copy: string): string => `cluster-snapshot-${copy}`;

/**
 * Keeps the objects of a suspended cluster for its snapshot: a new cluster can be made of them. They are in a Secret, since keys are among
 * them. Resolves with the digest by which the snapshot knows them.
 */
export async function keepObjects(
  key: ClusterKey,
  { labels: ofPart, copy }: { readonly labels: KubeObject['metadata']['labels']; readonly copy: string },
  client: ObjectClient,
  signal: AbortSignal,
): Promise<string> {
  const packed = await pack(JSON.stringify(await objectsOfCluster(key, client, signal)));
  await new KindClient(client, secretObjects).create(
    {
      metadata: {
        ...{ namespace: key.namespace, name: secretNameOf(copy) },
        labels: ofPart,
      },
      ...{ type: 'ignite.weave.works/cluster-snapshot', data: { [field]: packed.toString('base64') } },
    },
    { signal },
  );
  return digestOf(packed);
}

const digestOf = (packed: Buffer): string => `sha256:${createHash('sha256').update(packed).digest('hex')}`;

/** Lists the objects of a cluster that a snapshot keeps, the Cluster first. */
async function objectsOfCluster(
  key: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly Made[]> {
  const cluster = await new KindClient(client, clusterKind).get(key, { signal });
  const parts: Made[] = [];
  for (const kind of [hostPodKind, vmKind])
    for (const object of (await objectsOf(client, kind).list({ ...ofCluster(key), signal })).items)
      parts.push(madeOf(kind, object));
  const made = await listMade(key, client, signal);
  const known = new Set(made.map(({ object }) => object.metadata.uid));
  // Keys that people have brought are of no other use than for this cluster.
  const brought: Made[] = [];
  for (const name of authorityNames(key.name)) {
    const found = await objectsOf(client, secretObjects).find({ ...key, name }, { signal });
    if (found && !known.has(found.metadata.uid)) brought.push(madeOf(secretObjects, found));
  }
  return [
    madeOf(clusterKind, cluster),
    ...made.filter((each) => isKept(each, key.name)).map(({ kind, object }) => madeOf(kind, object)),
    ...brought,
    ...parts,
  ];
}

/** People get new credentials for another cluster, and the snapshots of this one are of no use to it. */
const isKept = ({ kind, object }: Made, cluster: string): boolean =>
  kind.kind !== clusterSnapshotKind.kind &&
  !(kind.kind === secretObjects.kind && object.metadata.name === `${cluster}-kubeconfig`);

const madeOf = ({ group, version, resource, kind }: KindResource, object: KubeObject): Made => ({
  kind: { group, version, resource, kind },
  object,
});

/**
 * Reads the objects of a snapshot; `undefined` if it has none, or others than when it was taken. They are created by whoever makes a cluster of
 * them, who may be allowed more than those who write Secrets: nothing but what can belong to a cluster of this namespace is among them.
 */
export async function readObjects(
  { metadata, spec }: ClusterSnapshot,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly Made[] | undefined> {
  const key = { namespace: metadata.namespace, name: secretNameOf(spec.copy) };
  const secret = await objectsOf(client, secretObjects).find(key, { signal });
  const packed = (secret as (KubeObject & SecretFields) | undefined)?.data?.[field];
  const bytes = Buffer.from(packed ?? '', 'base64');
  if (digestOf(bytes) !== spec.objects) return undefined;
  const text = await unpack(bytes, { maxOutputLength: mostBytes });
  const made = v
    .parse(madeSchema, JSON.parse(text.toString('utf8')))
    .map(({ kind, object }) => ({ kind, object: answeredObject(object) }));
  const isFit = ({ kind, object }: Made): boolean =>
    isOfCluster(kind) && object.metadata.namespace === metadata.namespace;
  return made.every(isFit) ? made : undefined;
}
