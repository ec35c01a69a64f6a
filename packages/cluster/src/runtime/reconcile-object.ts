import { isDeepStrictEqual } from 'node:util';
import type { ReconcileResult } from '@ignite/toolkit/controller/controller';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { withFindings } from '../contract/conditions.ts';
import { annotations } from '../contract/names.ts';
import { type Cluster, isPaused } from '../kinds/cluster.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller } from './controller.ts';

/**
 * Reconciles one object as all controllers do: nothing is done to what is paused, not even its deletion; a finalizer
 * comes before the first deed; and the status is written only where it differs.
 */
export async function reconcileObject<W extends BasicWork>(
  controller: Controller<KubeObject, W>,
  key: string,
  work: W,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { objects, clock } = work;
  const { kind, finalizer } = controller;
  const [namespace = '', name = ''] = key.split('/');
  const found = await objects.get(kind, { namespace, name });
  if (!found) return {};
  const cluster = await clusterFor(controller, found, work);
  const others = await controller.whenOthers?.({ object: found, cluster }, work);
  if (others) return others;
  if ((cluster && isPaused(cluster)) || Object.hasOwn(found.metadata.annotations, annotations.paused)) {
    await keepStatus(controller, found, withPause(found, true, clock.now()), work);
    return {};
  }
  const isLeaving = found.metadata.deletionTimestamp !== undefined;
  if (isLeaving && (finalizer === undefined || !found.metadata.finalizers.includes(finalizer))) return {};
  const object =
    finalizer === undefined || isLeaving || found.metadata.finalizers.includes(finalizer)
      ? found
      : await objects.write(kind, found, withFinalizers(found, [...found.metadata.finalizers, finalizer]));
  const {
    object: next,
    isCleared,
    requeueAfterMs,
  } = await controller.reconcile({ object, cluster }, work, signal);
  if (isCleared && finalizer !== undefined) {
    await objects.write(
      kind,
      next,
      withFinalizers(
        next,
        next.metadata.finalizers.filter((each) => each !== finalizer),
      ),
    );
    return {};
  }
  await keepStatus(controller, object, withPause(next, false, clock.now()), work);
  return requeueAfterMs === undefined ? {} : { requeueAfterMs };
}

async function clusterFor(
  controller: Pick<Controller, 'kind' | 'clusterOf'>,
  object: KubeObject,
  { objects }: BasicWork,
): Promise<Cluster | undefined> {
  if (controller.kind.kind === clusterKind.kind) return object as Cluster;
  const name = controller.clusterOf(object);
  return name === undefined
    ? undefined
    : await objects.get(clusterKind, { namespace: object.metadata.namespace, name });
}

async function keepStatus(
  { kind }: Pick<Controller, 'kind'>,
  old: KubeObject,
  next: KubeObject,
  { objects }: BasicWork,
): Promise<void> {
  if (!isDeepStrictEqual(plain(old.status), plain(next.status))) await objects.writeStatus(kind, next);
}

/** Returns a value as it is when it has been stored and read again, where nothing is undefined. */
const plain = (value: unknown): unknown =>
  value === undefined ? {} : (JSON.parse(JSON.stringify(value)) as unknown);

function withPause(object: KubeObject, isHeld: boolean, nowMs: number): KubeObject {
  const status = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const Paused = isHeld
    ? ({ status: 'True', reason: 'Paused' } as const)
    : ({ status: 'False', reason: 'NotPaused' } as const);
  return {
    ...object,
    status: {
      ...status,
      ...(!isHeld && { observedGeneration: object.metadata.generation }),
      conditions: withFindings(status.conditions, { Paused }, object, nowMs),
    },
  };
}

const withFinalizers = (object: KubeObject, finalizers: readonly string[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, finalizers },
});
