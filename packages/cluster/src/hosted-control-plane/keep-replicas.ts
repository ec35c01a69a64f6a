import { isDeepStrictEqual } from 'node:util';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { findCondition } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerReference, isControlledBy } from '../contract/owner.ts';
import { isSeen } from '../contract/is-seen.ts';
import type { Endpoint } from '../kinds/cluster.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { hostedControlPlaneKind } from '../kinds/object-kinds.ts';
import type { Work } from '../runtime/controller.ts';
import type { ClusterKeys } from '../workload/cluster-secrets.ts';
import { handOver } from '../workload/hand-over.ts';
import { isMemberAt } from '../workload/member-place.ts';
import { membersOf } from '../workload/members-of.ts';
import { promoteLearner } from '../workload/promote-learner.ts';
import type { EtcdServers } from '../workload/workload-cluster.ts';
import {
  type ComponentKeys,
  type FoundSecrets,
  findComponentSecrets,
  writeComponentSecrets,
} from './component-secrets.ts';
import { isPodReady } from './hosted-status.ts';
import { isAmongOthers, joinedBy, peerUrlOf, planPrograms } from './plan-programs.ts';
import {
  type ReplicaAction,
  type ReplicaView,
  type ReplicasState,
  knownMembers,
  planReplicas,
} from './plan-replicas.ts';
import { podName, replicaOf } from './replica.ts';
import type { ClusterNetwork } from './service-network.ts';

/** The time after which a replica is replaced whose etcd does not come back although the others have a majority. */
const patienceMs = 10 * 60_000;
/** The time in which a host looks at the Secrets of its pods, and starts again what uses them. */
const settledMs = 3 * 60_000;

/** What all replicas have in common. */
export interface ReplicasOf {
  readonly controlPlane: HostedControlPlane;
  readonly clusterName: string;
  readonly replicas: number;
  readonly isBegun: boolean;
  readonly keys: ClusterKeys;
  readonly network: ClusterNetwork;
  readonly endpoint: Required<Endpoint>;
  /** Where an etcd listens that is elsewhere. */
  readonly etcdServers: readonly string[] | undefined;
  /** The pods of the replicas, in the order of their numbers. */
  readonly pods: readonly HostPod[];
  /** The host on which new ones run; if absent, a host takes them. */
  readonly hostName: string | undefined;
}

interface Replica {
  readonly pod: HostPod;
  readonly view: ReplicaView;
  /** Absent as long as the pod has no address. */
  readonly secrets: FoundSecrets | undefined;
}

type Waiting = Extract<ReplicaAction, { readonly type: 'wait' }>;

interface Replicated extends ReplicasOf {
  /** Whether their etcd is one of several, or is to be. */
  readonly isReplicated: boolean;
}

interface Looked {
  readonly all: Replicated;
  readonly found: readonly Replica[];
  readonly members: ReplicasState['members'];
  /** The etcd that has these members. */
  readonly etcd: EtcdServers | undefined;
}

/** Takes the replicas one step further. Resolves with what was done. */
export async function keepReplicas(all: ReplicasOf, work: Work, signal: AbortSignal): Promise<ReplicaAction> {
  const seen = await look(all, work, signal);
  const foreign = seen.found.find(({ secrets }) => secrets?.foreign !== undefined)?.secrets?.foreign;
  if (foreign !== undefined) return waitFor(`the Secret ${foreign} belongs to somebody else`);
  const action = planReplicas({
    ...{ replicas: all.replicas, isBegun: all.isBegun, members: seen.members },
    views: seen.found.map(({ view }) => view),
  });
  return (await act(action, seen, work, signal)) ?? action;
}

async function look(given: ReplicasOf, work: Work, signal: AbortSignal): Promise<Looked> {
  const etcd = etcdOf(given, work);
  const members = etcd ? await membersOf(etcd, work.log, signal) : 'none';
  const all = { ...given, isReplicated: areSeveral(given) || isReplicated(members) };
  const found: Replica[] = [];
  for (const pod of all.pods) {
    const secrets = await findSecrets(pod, all, work, signal);
    found.push({ pod, secrets, view: viewOf({ pod, secrets }, { all, members }, work.clock.now()) });
  }
  return { all, found, members, etcd };
}

const areSeveral = ({ replicas, pods }: Pick<ReplicasOf, 'replicas' | 'pods'>): boolean =>
  replicas > 1 || pods.length > 1;

const isReplicated = (members: Looked['members']): boolean =>
  members === 'unknown' || knownMembers(members).length > 1;

/**
 * Pure. Tells whether etcd is asked for its members. The last pod may have lost the others although no other one is wanted: its etcd then
 * waits for them in vain. At the address of a pod that is behind a router, the host finds the etcd of another cluster.
 */
export const hasMembers = (all: Pick<ReplicasOf, 'replicas' | 'pods' | 'isBegun' | 'etcdServers'>): boolean =>
  all.isBegun &&
  all.etcdServers === undefined &&
  !all.pods.some(({ spec }) => spec.router !== undefined) &&
  (areSeveral(all) || all.pods.some(isAmongOthers));

function etcdOf(all: ReplicasOf, work: Work): EtcdServers | undefined {
  if (!hasMembers(all)) return undefined;
  const configured = all.pods.filter(({ spec }) => spec.programs.length > 0);
  const addresses = configured.map(addressOf).filter((each) => each !== undefined);
  return work.etcdAt(addresses, all.keys.etcd);
}

async function findSecrets(
  pod: HostPod,
  all: Replicated,
  { objects, clock }: Work,
  signal: AbortSignal,
): Promise<FoundSecrets | undefined> {
  const wanted = keysOf(pod, all);
  const making = { owner: ownerOf(all), nowMs: clock.now() };
  return wanted && (await findComponentSecrets(objects.client, wanted, making, signal));
}

const ownerOf = ({ controlPlane }: ReplicasOf) => controllerReference(hostedControlPlaneKind, controlPlane);
const addressOf = ({ status }: HostPod): string | undefined => status?.address;

function keysOf(pod: HostPod, all: Replicated): ComponentKeys | undefined {
  const address = addressOf(pod);
  if (address === undefined) return undefined;
  const { controlPlane, clusterName, keys, network, endpoint, isReplicated } = all;
  const { namespace } = controlPlane.metadata;
  return {
    ...{ namespace, clusterName, keys, network, endpoint, address },
    ...{ spec: controlPlane.spec, replica: replicaOf(pod), isReplicated },
  };
}

/** Pure. Returns what matters of a replica for what is done next. */
export function viewOf(
  { pod, secrets }: Pick<Replica, 'pod' | 'secrets'>,
  seen: Pick<Looked, 'all' | 'members'>,
  nowMs: number,
): ReplicaView {
  const { metadata, spec } = pod;
  const address = addressOf(pod);
  const isConfigured = spec.programs.length > 0;
  const isAsPlanned = isDeepStrictEqual(spec.programs, programsOf(pod, seen));
  const sinceMs = lateSinceMs(pod);
  return {
    ...{ name: metadata.name, index: replicaOf(pod), isConfigured },
    ...(address !== undefined && { address }),
    isLeaving: metadata.deletionTimestamp !== undefined,
    isGivenUp: seen.all.isBegun && sinceMs !== undefined && nowMs - sinceMs > patienceMs,
    ...{ isReady: isPodReady(pod), isSeen: isSeen(pod) },
    due: !isConfigured
      ? 'nothing'
      : !isAsPlanned
        ? 'programs'
        : secrets && secrets.stale.length > 0
          ? 'keys'
          : 'nothing',
    isSettled: secrets === undefined || nowMs - secrets.writtenMs >= settledMs,
  };
}

/** Returns since when a pod has not been ready, or not come as far as to an API server. */
function lateSinceMs(pod: HostPod): number | undefined {
  const ready = findCondition(pod, 'Ready');
  if (!hasApiServer(pod)) return Date.parse(pod.metadata.creationTimestamp);
  return ready && ready.status !== 'True' ? Date.parse(ready.lastTransitionTime) : undefined;
}

/** Pure. Tells whether the API server of a pod was started. */
export const hasApiServer = ({ spec }: HostPod): boolean =>
  spec.programs.some(({ name }) => name === 'kube-apiserver');

/** Pure. Returns the programs that a replica is to have; `joins` are the members that its etcd joins if it has not begun yet. */
function programsOf(
  pod: HostPod,
  { all, members }: Pick<Looked, 'all' | 'members'>,
  joins = joinedBy(pod),
): HostPod['spec']['programs'] {
  const { controlPlane, clusterName, network, etcdServers } = all;
  const address = addressOf(pod) ?? '';
  const isVoter =
    members === 'none' ||
    knownMembers(members).some(
      (member) => !member.isLearner && (joins === undefined || isMemberAt(member, address)),
    );
  return planPrograms({
    ...{ spec: controlPlane.spec, clusterName, network, address, pod },
    ...(etcdServers && { etcdServers }),
    isReplicated: all.isReplicated,
    ...(joins !== undefined && { joins }),
    isVoting: isVoter || hasApiServer(pod),
  });
}

/** Does what was planned. Resolves with why it waits instead, if it was refused. */
async function act(
  action: ReplicaAction,
  seen: Looked,
  work: Work,
  signal: AbortSignal,
): Promise<ReplicaAction | undefined> {
  const { all, found, etcd, members } = seen;
  const replica = 'place' in action ? found.find(({ view }) => view.name === action.place) : undefined;
  switch (action.type) {
    case 'nothing':
    case 'wait':
      return undefined;
    case 'create':
      return await createReplica(action.index, all, work);
    case 'configure':
      if (replica) await write(replica, seen, work, signal, action.role === 'joining');
      return undefined;
    case 'update':
      if (replica) await update(replica, seen, work, signal);
      return undefined;
    case 'announce':
      await etcd?.announce(action.id, peerUrlOf(replica?.view.address ?? ''), signal);
      return undefined;
    case 'add':
      await etcd?.addLearner(peerUrlOf(replica?.view.address ?? ''), signal);
      return undefined;
    case 'promote':
      return etcd && (await promoteLearner(action.id, etcd, signal));
    case 'remove':
      if (etcd) await handOver(action.id, knownMembers(members), etcd, signal);
      await etcd?.remove(action.id, signal);
      return undefined;
    case 'delete':
      if (replica) await work.objects.delete(hostPodKind, replica.pod);
      return undefined;
  }
}

/** Creates the pod of a replica. It has no programs yet: keys can be made once its address is known. */
export async function createReplica(
  index: number,
  { controlPlane, clusterName, hostName }: Pick<ReplicasOf, 'controlPlane' | 'clusterName' | 'hostName'>,
  { objects }: Work,
): Promise<Waiting | undefined> {
  const { namespace } = controlPlane.metadata;
  const name = podName(controlPlane, index);
  const known = await objects.get(hostPodKind, { namespace, name });
  if (known)
    return isControlledBy(known, controlPlane)
      ? undefined
      : waitFor(`the HostPod ${name} belongs to somebody else`);
  await objects.create(hostPodKind, {
    metadata: {
      ...{ name, namespace },
      labels: { [labels.cluster]: clusterName, [labels.controlPlane]: '' },
      ownerReferences: [controllerReference(hostedControlPlaneKind, controlPlane)],
    },
    spec: { ...(hostName !== undefined && { hostName }), programs: [] },
  });
  return undefined;
}

/** Another member leads while the etcd of a replica may be started again, so that nobody waits for an election. */
async function update(replica: Replica, seen: Looked, work: Work, signal: AbortSignal): Promise<void> {
  const { etcd, members } = seen;
  const known = knownMembers(members);
  const own = known.find((each) => isMemberAt(each, replica.view.address));
  if (etcd && own) await handOver(own.id, known, etcd, signal);
  await write(replica, seen, work, signal);
}

/** Gives a replica its keys and its programs. */
async function write(
  { pod, secrets }: Replica,
  seen: Looked,
  { objects, clock }: Work,
  signal: AbortSignal,
  isJoining = false,
): Promise<void> {
  const { all } = seen;
  const wanted = keysOf(pod, all);
  if (!wanted || !secrets) return;
  const making = { owner: ownerOf(all), nowMs: clock.now() };
  await writeComponentSecrets(objects.client, wanted, secrets.stale, making, signal);
  const programs = programsOf(pod, seen, isJoining ? membersAround(seen) : joinedBy(pod));
  if (isDeepStrictEqual(pod.spec.programs, programs)) return;
  await objects.write(hostPodKind, pod, { ...pod, spec: { ...pod.spec, programs } });
}

/** Returns the members as etcd is told of those that it joins. A member that has not started yet has no name of its own. */
function membersAround({ members, found }: Looked): string {
  return knownMembers(members)
    .flatMap((member) => {
      const own = found.find(({ view }) => isMemberAt(member, view.address));
      const name = member.name === '' ? (own?.view.name ?? '') : member.name;
      return member.peerUrls.map((url) => `${name}=${url}`);
    })
    .join(',');
}

const waitFor = (reason: string): Waiting => ({ type: 'wait', reason });
