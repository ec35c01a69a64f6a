import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { withWish } from '@ignite/api/v1/life-wish';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import { own } from '../contract/names.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind, igniteMachineKind } from '../kinds/object-kinds.ts';
import { assertAttempting, beginAttempt, endAttempt, modifyCluster } from './attempt.ts';
import { type Look, type Waiting, waitFor } from './await-cluster.ts';
import { type ClusterKey, ofCluster, viewCluster } from './cluster-view.ts';
import { assertNotRestoring, clusterNotFound, isRestoring, isSuspended } from './find-cluster.ts';
import {
  type ClusterParts,
  type PowerPlan,
  planResumption,
  planSuspension,
  suspensionProblem,
} from './plan-suspension.ts';

export type SuspendClusterErrorCode = 'CLUSTER_SUSPEND_UNSUPPORTED';

/** Why a cluster is suspended: somebody wants it, or a snapshot of it is taken, after which it goes on. */
export type Suspension = 'wished' | 'snapshot';

/**
 * Suspends a cluster: its controllers leave it alone, its VMs are saved at one instant, and the programs of its control plane end. What was
 * cut short goes on when it is asked for again, and is taken back by `resumeCluster`.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_RESTORING, CLUSTER_SUSPEND_UNSUPPORTED, CLUSTER_NOT_READY, CLUSTER_TAKEN_OVER
 */
export async function suspendCluster(key: ClusterKey, waiting: Waiting): Promise<Cluster> {
  const attempt = newUid();
  await suspendFor('wished', key, attempt, waiting);
  return await endAttempt(key, attempt, waiting);
}

/** Suspends a cluster as a part of an attempt, which goes on. One that somebody wants suspended stays so. */
export async function suspendFor(
  why: Suspension,
  key: ClusterKey,
  attempt: string,
  waiting: Waiting,
): Promise<void> {
  await assertSuspendable(key, waiting);
  // The note comes first, so that nobody replaces machines that stand still.
  await beginAttempt(key, attempt, waiting, (now) => {
    assertNotRestoring(now);
    const { annotations } = now.metadata;
    return { ...annotations, [own.suspended]: annotations[own.suspended] === 'wished' ? 'wished' : why };
  });
  await pursue(key, attempt, waiting, planSuspension);
}

/**
 * Lets a cluster go on that was suspended, or else has its controllers care for it again if somebody has paused it. A suspended cluster that
 * somebody has paused besides stays paused.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_RESTORING, CLUSTER_NOT_READY, CLUSTER_TAKEN_OVER
 */
export async function resumeCluster(key: ClusterKey, waiting: Waiting): Promise<Cluster> {
  const { client, op } = waiting;
  const found = await new KindClient(client, clusterKind).find(key, { signal: op.signal });
  if (!found) throw clusterNotFound(key);
  // A pause has nothing to do with a restoration, and would keep the cluster from being deleted.
  if (found.spec.paused && (isRestoring(found) || !isSuspended(found)))
    return await modifyCluster(key, waiting, (now) => ({ ...now, spec: { ...now.spec, paused: false } }));
  assertNotRestoring(found);
  if (!isSuspended(found)) return found;
  const attempt = newUid();
  await beginAttempt(key, attempt, waiting, (now) => {
    assertNotRestoring(now);
    return now.metadata.annotations;
  });
  return await goOn(key, attempt, waiting);
}

/** Lets a cluster go on as the last part of an attempt. Its controllers care for it again once all of it runs. */
export async function goOn(
  key: ClusterKey,
  attempt: string,
  waiting: Waiting,
  plan: (parts: ClusterParts) => PowerPlan = planResumption,
): Promise<Cluster> {
  await pursue(key, attempt, waiting, plan);
  return await endAttempt(key, attempt, waiting, [own.suspended, own.restoring, own.cloning]);
}

/** Wishes what a plan says, and plans again, until nothing is lacking, or another attempt has begun. */
export async function pursue(
  key: ClusterKey,
  attempt: string,
  waiting: Waiting,
  plan: (parts: ClusterParts) => PowerPlan,
): Promise<void> {
  const { client, clock, op } = waiting;
  const { signal } = op;
  await waitFor(key, waiting, async (): Promise<Look<true>> => {
    await assertAttempting(key, attempt, waiting);
    const { vms, pods, lacks } = plan(await partsOf(key, client, signal));
    for (const { vm, power } of vms)
      await unlessGone(
        new KindClient(client, vmKind).modify(vm.metadata, (now) => withWish(now, { power }, clock.now()), {
          signal,
        }),
      );
    for (const { pod, power } of pods)
      await unlessGone(
        new KindClient(client, hostPodKind).modify(
          pod.metadata,
          (now) => ({ ...now, spec: { ...now.spec, power } }),
          { signal },
        ),
      );
    return lacks === undefined ? { found: true } : { lacks };
  });
}

/** Returns what of a cluster runs on hosts. */
export async function partsOf(
  key: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<ClusterParts> {
  const selected = { ...ofCluster(key), signal };
  const vms = await new KindClient(client, vmKind).list(selected);
  const pods = await new KindClient(client, hostPodKind).list(selected);
  return { vms: vms.items, pods: pods.items };
}

/** @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_SUSPEND_UNSUPPORTED */
async function assertSuspendable(key: ClusterKey, { client, op: { signal } }: Waiting): Promise<void> {
  const view = await viewCluster(client, key, signal);
  if (!view) throw clusterNotFound(key);
  const foreign = view.machines.find(
    ({ spec: { infrastructureRef } }) => infrastructureRef.kind !== igniteMachineKind.kind,
  );
  if (foreign)
    throw unsupported(
      key,
      `its machine ${foreign.metadata.name} is no VM of Ignite, but of kind ${foreign.spec.infrastructureRef.kind}`,
    );
  for (const vm of (await partsOf(key, client, signal)).vms) {
    const problem = suspensionProblem(vm);
    if (problem !== undefined) throw unsupported(key, `${vm.metadata.name}: ${problem}`);
  }
}

const unsupported = ({ name }: ClusterKey, why: string): CodedError<SuspendClusterErrorCode> =>
  new CodedError('CLUSTER_SUSPEND_UNSUPPORTED', `cluster "${name}" cannot be suspended: ${why}`, {
    hint: `"ignite cluster pause ${name}" leaves it alone while its machines go on running`,
  });

/** A part that goes meanwhile is not waited for any more. */
async function unlessGone(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  }
}
