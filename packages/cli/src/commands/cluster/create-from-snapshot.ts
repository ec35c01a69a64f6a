import { hostedControlPlaneKind } from '@ignite/cluster/kinds/object-kinds';
import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { cloneCluster } from '@ignite/cluster/operations/clone-cluster';
import type { Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { documentFormatOf, printDocument } from '../../render/objects.ts';
import { clusterKey, isWaiting, waitingOf } from './cluster-flags.ts';
import { assertClusterName, requestFlags } from './plan-request.ts';
import { tellReady } from './tell-ready.ts';

/** The flags that say what a cluster is that is built. */
const building = [...Object.keys(requestFlags), 'warm', 'dry-run'];

/** Makes a cluster of a snapshot of another one, and waits until it is ready. */
export async function createFromSnapshot(snapshot: string, invocation: Invocation): Promise<number> {
  const { flags, args, namespace, io } = invocation;
  const [name] = args;
  if (name === undefined)
    throw usageError('cluster create requires a name', 'use "ignite cluster create NAME --from SNAPSHOT"');
  const unfit = building.find((flag) => flags.isSet(flag));
  if (unfit !== undefined)
    throw usageError(
      `--${unfit} does not apply with --from: the cluster is what it was when the snapshot was taken`,
      'change the cluster afterwards, with "ignite cluster scale" and "upgrade"',
    );
  if (!isWaiting(flags)) throw usageError('--from does not go with --wait=false', 'omit one of them');
  const key = clusterKey(name, namespace);
  assertClusterName(key);
  const format = documentFormatOf(flags);
  await withClusterControllers(invocation, async (host) => {
    const waiting = { ...waitingOf(host, flags), snapshots: host.client.snapshots };
    const created = await cloneCluster(key, snapshot, waiting);
    if (format === undefined) printDone(created, createdText('cluster', created), invocation);
    const { cluster, controlPlane } = await awaitCluster(key, waiting);
    const { version } = hostedControlPlaneKind.decode(controlPlane!).spec;
    await tellReady({ ...key, version }, host, invocation);
    if (format !== undefined) await printDocument(cluster, format, io);
  });
  return 0;
}
