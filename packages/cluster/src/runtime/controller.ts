import type { ClientKind } from '@ignite/toolkit/client/kind-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { ReconcileResult } from '@ignite/toolkit/controller/controller';
import type { Log } from '@ignite/toolkit/log/log';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ValueSchemas } from '../contract/value-schemas.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { KeyPair } from '../workload/cluster-secrets.ts';
import type { EtcdServers, WorkloadClusters } from '../workload/workload-cluster.ts';
import type { Objects } from './objects.ts';
import type { ProviderKinds } from './provider-kinds.ts';

/** What every controller works with, wherever it runs. */
export interface BasicWork {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the controllers of a host work with that has all kinds of clusters. */
export interface Work extends BasicWork {
  readonly providers: ProviderKinds;
  readonly workloads: WorkloadClusters;
  readonly schemas: ValueSchemas;
  /** Returns the etcd whose members listen at some addresses, and trust an authority. */
  readonly etcdAt: (addresses: readonly string[], authority: KeyPair) => EtcdServers;
  /** Returns a new ending for a name, five lower-case letters or digits. */
  readonly suffix: () => string;
}

/** What has become of an object. */
export interface Reconciled<T extends KubeObject> {
  /** The object as it is now, with the status that it is to have. */
  readonly object: T;
  /** Whether all is cleared away that a deleted object stands for. */
  readonly isCleared?: boolean;
  /** The time after which it is looked at even if nothing happens. */
  readonly requeueAfterMs?: number;
}

export interface Subject<T extends KubeObject> {
  readonly object: T;
  /** The Cluster that the object belongs to; absent while there is none. */
  readonly cluster: Cluster | undefined;
}

/** Makes the objects of one kind what they say. */
export interface Controller<T extends KubeObject = KubeObject, W extends BasicWork = Work> {
  readonly name: string;
  readonly kind: ClientKind<T>;
  /** What keeps a deleted object until it is cleared. Without it, objects go at once. */
  readonly finalizer?: string;
  /** The kinds of objects that no controller cares for, but that it is told of. */
  readonly follows?: readonly ClientKind<KubeObject>[];
  /** Returns the name of the Cluster of an object. */
  readonly clusterOf: (object: T) => string | undefined;
  /** Returns when to look again at an object that another host cares for, and `undefined` if this one does. */
  readonly whenOthers?: (subject: Subject<T>, work: W) => Promise<ReconcileResult | undefined>;
  /** Level-triggered: it may be called when there is nothing to do. */
  readonly reconcile: (subject: Subject<T>, work: W, signal: AbortSignal) => Promise<Reconciled<T>>;
}

/** Returns a controller among others of other kinds. */
export const controllerFor = <T extends KubeObject, W extends BasicWork = Work>(
  controller: Controller<T, W>,
): Controller<KubeObject, W> => controller as unknown as Controller<KubeObject, W>;
