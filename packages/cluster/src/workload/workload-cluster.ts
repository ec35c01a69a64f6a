import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Cluster } from '../kinds/cluster.ts';
import type { Server } from './server-certificate.ts';

/** A member of the etcd of a control plane. */
export interface EtcdMember {
  readonly id: string;
  /** The name of the node that the member runs on. */
  readonly name: string;
  readonly isLearner: boolean;
  readonly isHealthy: boolean;
}

/** The etcd of a control plane, in its Machines. */
export interface Etcd {
  members(signal: AbortSignal): Promise<readonly EtcdMember[]>;
  remove(id: string, signal: AbortSignal): Promise<void>;
  /** Makes another member the leader. */
  moveLeader(to: string, signal: AbortSignal): Promise<void>;
}

/** A member of an etcd that is managed member by member. */
export interface ManagedMember extends EtcdMember {
  /** Where other members reach it. One that has not started yet is known by this alone, and has no name. */
  readonly peerUrls: readonly string[];
  readonly isLeader: boolean;
  /** The alarms of etcd that it tells, such as `NOSPACE of db-1`. They stay until somebody takes them back. */
  readonly alarms?: readonly string[];
  /** The version that it runs, if it answers. */
  readonly version?: string;
}

/** An etcd whose members are added and removed one by one. */
export interface EtcdServers extends Etcd {
  members(signal: AbortSignal): Promise<readonly ManagedMember[]>;
  /** Adds a member that follows, and does not vote. */
  addLearner(peerUrl: string, signal: AbortSignal): Promise<void>;
  /** Lets a learner vote. etcd refuses it until the learner has caught up. */
  promote(id: string, signal: AbortSignal): Promise<void>;
  /** Tells all members where one is reached by the others from now on. */
  announce(id: string, peerUrl: string, signal: AbortSignal): Promise<void>;
}

/** What a control plane is asked for itself. */
export interface WorkloadCluster {
  /** The objects of the cluster: nodes, Pods, Secrets. */
  readonly objects: ObjectClient;
  readonly etcd: Etcd;
  /** Returns when the certificate of an API server ends, in milliseconds since 1970; `undefined` if it does not answer. */
  readonly certificateEndMs: (server: Server, signal: AbortSignal) => Promise<number | undefined>;
  /** Returns how the objects of a kind are addressed; `undefined` if the cluster does not know it. */
  readonly resourceOf: (
    kind: { readonly apiVersion: string; readonly kind: string },
    signal: AbortSignal,
  ) => Promise<{ readonly resource: string; readonly isNamespaced: boolean } | undefined>;
  /**
   * Asks for a Pod to be moved elsewhere, as its disruption budget allows. Resolves with whether that was granted.
   */
  evict(pod: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<boolean>;
}

/** The clusters that people make. */
export interface WorkloadClusters {
  /** Returns a cluster; `undefined` as long as its control plane does not answer. */
  of(cluster: Cluster, signal: AbortSignal): Promise<WorkloadCluster | undefined>;
}
