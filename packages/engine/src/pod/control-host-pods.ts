import { isDeepStrictEqual } from 'node:util';
import type { HostPod, HostPodStatus } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import {
  type ControllerObserver,
  type ReconcileResult,
  runController,
} from '@ignite/toolkit/controller/controller';
import { Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import type { ThisHost } from '../tools/host/this-host.ts';
import { failedPodStatus } from './pod-status.ts';
import type { ReconciledPod } from './reconcile-pod.ts';

/** The number of pods that are worked on at once. */
const concurrency = 4;
/** The time after which a pod is looked at again that was changed meanwhile. */
const againMs = 1_000;
/** Keeps the object of a pod until its host has cleared it away. */
const finalizer = 'hostpod.infrastructure.cluster.x-k8s.io';

/** Makes pods on this host what their objects say. */
export interface PodKeeper {
  readonly reconcile: (pod: HostPod, client: ObjectClient, signal: AbortSignal) => Promise<ReconciledPod>;
  readonly remove: (pod: HostPod, client: ObjectClient, signal: AbortSignal) => Promise<void>;
}

export interface HostPodControllerOptions {
  readonly client: ObjectClient;
  readonly self: ThisHost;
  readonly keeper: PodKeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** Reconciles the pods of this host whenever one changes, and regularly, until `signal` aborts. */
export async function controlHostPods(options: HostPodControllerOptions, signal: AbortSignal): Promise<void> {
  const { client, self, clock, log, observer } = options;
  const pods = new Informer(new KindClient(client, hostPodKind), clock, log);
  const queue = new WorkQueue(clock);
  const seen = new Map<string, string>();
  pods.onChange((pod, isGone) => {
    const [key, news] = [informerKey(pod), newsOf(pod)];
    if (isGone) seen.delete(key);
    else if (isOwn(pod, self) && seen.get(key) !== news) {
      seen.set(key, news);
      queue.add(key);
    }
  });
  const reconcile = async (key: string, until: AbortSignal): Promise<ReconcileResult> => {
    const pod = pods.get(key);
    return pod && isOwn(pod, self) ? await reconcileOne(pod, options, until) : {};
  };
  const controlled = runController(
    { name: 'host-pod', queue, concurrency, clock, log, reconcile, ...(observer && { observer }) },
    signal,
  );
  await Promise.all([pods.run(signal), controlled]);
}

/** A pod without a host is taken by the first one that sees it. */
const isOwn = ({ spec }: HostPod, { name, isAlone }: ThisHost): boolean =>
  isAlone || spec.hostName === undefined || spec.hostName === name;

async function reconcileOne(
  pod: HostPod,
  { client, self, keeper, clock }: HostPodControllerOptions,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const pods = new KindClient(client, hostPodKind);
  try {
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (!pod.metadata.finalizers.includes(finalizer)) return {};
      await keeper.remove(pod, client, signal);
      await pods.update(withoutFinalizer(await pods.get(pod.metadata, { signal })), { signal });
      return {};
    }
    const bound = boundTo(pod, self);
    // The change is seen here too, and brings the pod back.
    if (bound !== pod) {
      await pods.update(bound, { signal });
      return {};
    }
    const { status, requeueAfterMs } = await keeper.reconcile(pod, client, signal);
    await writeStatus(pods, pod, status, signal);
    return { requeueAfterMs };
  } catch (failure) {
    // Not every change of a pod brings it back, so it is looked at again in any case, unless it is gone by then.
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'NOT_FOUND')) return { requeueAfterMs: againMs };
    signal.throwIfAborted();
    await writeStatus(pods, pod, failedPodStatus(pod, errorText(failure), clock.now()), signal);
    throw failure;
  }
}

async function writeStatus(
  pods: KindClient<HostPod>,
  pod: HostPod,
  status: HostPodStatus,
  signal: AbortSignal,
): Promise<void> {
  if (isDeepStrictEqual(plain(status), plain(pod.status))) return;
  await pods.modifyStatus(pod.metadata, (now) => ({ ...now, status }), { signal });
}

function boundTo(pod: HostPod, { name }: ThisHost): HostPod {
  const { metadata, spec } = pod;
  if (spec.hostName !== undefined && metadata.finalizers.includes(finalizer)) return pod;
  return {
    ...pod,
    metadata: { ...metadata, finalizers: [...new Set([...metadata.finalizers, finalizer])] },
    spec: { ...spec, hostName: spec.hostName ?? name },
  };
}

const withoutFinalizer = (pod: HostPod): HostPod => ({
  ...pod,
  metadata: { ...pod.metadata, finalizers: pod.metadata.finalizers.filter((each) => each !== finalizer) },
});

/** Pure. Returns what of a pod makes a difference to its controller. */
const newsOf = ({ metadata: { uid, generation, deletionTimestamp, finalizers } }: HostPod): string =>
  JSON.stringify([uid, generation, deletionTimestamp, finalizers.includes(finalizer)]);

/** Returns a status as it is when it has been stored and read again, where nothing is undefined. */
const plain = (status: HostPodStatus | undefined): unknown => JSON.parse(JSON.stringify(status ?? {}));
