import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { finalizers } from '../contract/names.ts';
import { controllerReference, isControlledBy } from '../contract/owner.ts';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import {
  type EtcdAuthorities,
  ensureEtcdAuthorities,
  readEtcdAuthorities,
} from '../workload/etcd-authorities.ts';
import { handOver } from '../workload/hand-over.ts';
import { secrets } from '../workload/node.ts';
import type { EtcdServers, ManagedMember } from '../workload/workload-cluster.ts';
import { keepControlPlaneSecrets } from './control-plane-secrets.ts';
import { type SeenEtcd, memberStatuses, withEtcdStatus } from './etcd-status.ts';
import { type InitialMember, emptyUserData, memberUserData, peerUrlOf } from './member-config.ts';
import {
  fingerprintOf,
  listMemberSecrets,
  memberSecretName,
  writeMemberSecret,
  writtenConfigOf,
} from './member-secrets.ts';
import { type MemberPlace, isMemberAt } from '../workload/member-place.ts';
import { type EtcdAction, type MemberRole, planEtcd } from '../workload/plan-etcd.ts';
import { membersOf } from '../workload/members-of.ts';
import { promoteLearner } from '../workload/promote-learner.ts';
import {
  addressOf,
  configuredTimeOf,
  indexOf,
  isAsWanted,
  isFirstStart,
  memberName,
  restartedWith,
  vmOfMember,
  withoutSnapshot,
} from './vm-of-member.ts';

const lookMs = 30_000;
const waitMs = 2_000;
const nextMs = 500;

/** Keeps etcd clusters whose members are VMs: their number, their keys, their version, and one operation at a time. */
export const etcdClusterController: Controller<EtcdCluster> = {
  name: 'etcd-cluster',
  kind: etcdClusterKind,
  finalizer: finalizers.etcdCluster,
  clusterOf: () => undefined,
  reconcile: async ({ object }, work, signal) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work, signal);
    const { client } = work.objects;
    const nowMs = work.clock.now();
    // Another authority than that of running members would part them.
    const owner = controllerReference(etcdClusterKind, object);
    const foreign = object.status?.initialized
      ? undefined
      : await ensureEtcdAuthorities(client, object.metadata, { owner, nowMs }, signal);
    const authorities = await readEtcdAuthorities(client, object.metadata, signal);
    if (foreign === undefined && authorities) {
      await keepControlPlaneSecrets(object, authorities, { client, nowMs }, signal);
      return await keep(object, authorities, work, signal);
    }
    const seen = { vms: await work.objects.controlledBy(vmKind, object), members: 'unknown' } as const;
    const missing = { type: 'wait', reason: 'its authorities are missing' } as const;
    return reconciled(object, seen, foreign === undefined ? missing : foreignSecret(foreign), nowMs);
  },
};

/** What was found out about an etcd cluster at the beginning of a reconcile. */
interface Looked extends SeenEtcd {
  readonly views: readonly MemberPlace[];
  readonly etcd: EtcdServers;
}

async function keep(
  cluster: EtcdCluster,
  authorities: EtcdAuthorities,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<EtcdCluster>> {
  const nowMs = work.clock.now();
  const parts = await tidied(cluster, work, signal);
  const seen = await look({ ...parts, cluster, authorities }, work, signal);
  const hasBegun = seen.members !== 'unknown' && seen.members.some(({ isHealthy }) => isHealthy);
  // That it has begun is written down before anything else is done, so that it is never begun again.
  if (hasBegun && !cluster.status?.initialized) {
    const begun: EtcdCluster = { ...cluster, status: { ...cluster.status, initialized: true } };
    return reconciled(begun, seen, { type: 'wait', reason: 'the first member has answered' }, nowMs);
  }
  const action = planEtcd({
    replicas: cluster.spec.replicas,
    isInitialized: cluster.status?.initialized === true,
    places: seen.views,
    members: seen.members,
  });
  const refused = await act(action, { cluster, authorities, seen, work }, signal);
  return reconciled(cluster, seen, refused ?? action, nowMs);
}

const reconciled = (
  cluster: EtcdCluster,
  seen: SeenEtcd,
  action: EtcdAction,
  nowMs: number,
): Reconciled<EtcdCluster> => ({
  object: withEtcdStatus(cluster, seen, { action, nowMs }),
  requeueAfterMs: action.type === 'nothing' ? lookMs : action.type === 'wait' ? waitMs : nextMs,
});

/** What is in the store of an etcd cluster. */
interface EtcdParts {
  readonly vms: readonly Vm[];
  /** The Secrets of the members, by their names. */
  readonly written: ReadonlyMap<string, KubeObject>;
}

/** Returns the parts of an etcd cluster, without the snapshots that are not needed any more and the Secrets of members that are gone. */
async function tidied(cluster: EtcdCluster, { objects }: Work, signal: AbortSignal): Promise<EtcdParts> {
  const vms: Vm[] = [];
  for (const vm of await objects.controlledBy(vmKind, cluster))
    vms.push(cluster.status?.initialized ? await objects.write(vmKind, vm, withoutSnapshot(vm)) : vm);
  const written = await listMemberSecrets(cluster, objects.client, signal);
  const names = new Set(vms.map(({ metadata }) => memberSecretName(metadata.name)));
  const left = [...written.values()].filter(({ metadata }) => !names.has(metadata.name));
  for (const each of left) await deleteSeen(objects.client, secrets, each, { signal });
  return { vms, written };
}

async function look(
  {
    cluster,
    authorities,
    vms,
    written,
  }: EtcdParts & { readonly cluster: EtcdCluster; readonly authorities: EtcdAuthorities },
  work: Work,
  signal: AbortSignal,
): Promise<Looked> {
  const { clock } = work;
  // A member that was configured once may still answer while it gets other keys.
  const addresses = vms.flatMap((vm) =>
    configuredTimeOf(vm) === undefined ? [] : [addressOf(vm)].filter((each) => each !== undefined),
  );
  const etcd = work.etcdAt(addresses, authorities.client);
  const members = addresses.length === 0 ? 'unknown' : await membersOf(etcd, work.log, signal);
  const statuses = memberStatuses({ vms, members }, cluster, clock.now());
  const patienceMs = cluster.spec.replaceAfterSeconds * 1_000;
  const views = vms.map((vm): MemberPlace => {
    const { name, deletionTimestamp } = vm.metadata;
    const address = addressOf(vm);
    const secret = written.get(memberSecretName(name));
    const config = secret && writtenConfigOf(secret);
    const { unhealthyTime } = statuses.find((each) => each.name === name) ?? {};
    return {
      ...{ name, index: indexOf(vm), isLeaving: deletionTimestamp !== undefined },
      ...(address !== undefined && { address }),
      isConfigured:
        config !== undefined &&
        address !== undefined &&
        config.madeFrom === fingerprintOf(authorities, name, address) &&
        config.writtenTime === configuredTimeOf(vm),
      isRenewalDue: config !== undefined && config.renewalMs <= clock.now(),
      isUpToDate: isAsWanted(vm, cluster),
      isGivenUp: unhealthyTime !== undefined && clock.now() - Date.parse(unhealthyTime) > patienceMs,
    };
  });
  return { vms, members, views, etcd };
}

interface Acting {
  readonly cluster: EtcdCluster;
  readonly authorities: EtcdAuthorities;
  readonly seen: Looked;
  readonly work: Work;
}

/** Does what was planned. Resolves with why it waits instead, if it was refused. */
async function act(action: EtcdAction, acting: Acting, signal: AbortSignal): Promise<EtcdAction | undefined> {
  const { cluster, seen, work } = acting;
  switch (action.type) {
    case 'nothing':
    case 'wait':
      return undefined;
    case 'create':
      return await create(cluster, action.index, work, signal);
    case 'configure':
      return await configure(acting, action, signal);
    case 'add': {
      const { address = '' } = seen.views.find(({ name }) => name === action.place) ?? {};
      await seen.etcd.addLearner(peerUrlOf(address), signal);
      return undefined;
    }
    case 'promote':
      return await promoteLearner(action.id, seen.etcd, signal);
    case 'remove':
      if (seen.members !== 'unknown') await handOver(action.id, seen.members, seen.etcd, signal);
      await seen.etcd.remove(action.id, signal);
      return undefined;
    case 'delete': {
      const vm = seen.vms.find(({ metadata }) => metadata.name === action.place);
      if (vm) await work.objects.delete(vmKind, vm);
      return undefined;
    }
  }
}

async function create(
  cluster: EtcdCluster,
  index: number,
  { objects, clock }: Work,
  signal: AbortSignal,
): Promise<EtcdAction | undefined> {
  const name = memberName(cluster, index);
  const taken = { type: 'wait', reason: `there is a VM ${name} of somebody else` } as const;
  const known = await objects.get(vmKind, { namespace: cluster.metadata.namespace, name });
  if (known) return isControlledBy(known, cluster) ? undefined : taken;
  const place = { client: objects.client, nowMs: clock.now() };
  const written = await writeMemberSecret(cluster, { vm: name, userData: emptyUserData }, place, signal);
  if (written === undefined) return foreignSecret(memberSecretName(name));
  try {
    await objects.create(vmKind, vmOfMember(cluster, index));
    return undefined;
  } catch (failure) {
    // An earlier attempt may have created it, of which the watch tells soon.
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    return taken;
  }
}

/** Gives a VM its keys and settings, with which it is restarted. It keeps its address from then on. */
async function configure(
  { cluster, authorities, seen, work }: Acting,
  { place: name, role }: { readonly place: string; readonly role: MemberRole },
  signal: AbortSignal,
): Promise<EtcdAction | undefined> {
  const { objects, clock } = work;
  const vm = seen.vms.find(({ metadata }) => metadata.name === name);
  const address = vm && addressOf(vm);
  if (!vm || address === undefined) return undefined;
  if (isFirstStart(vm)) return { type: 'wait', reason: `the VM ${name} is starting` };
  const members = seen.members === 'unknown' ? [] : seen.members;
  const own = members.find((each) => isMemberAt(each, address));
  if (role === 'known' && own) await handOver(own.id, members, seen.etcd, signal);
  const nowMs = clock.now();
  const userData = memberUserData({
    ...{ cluster, authorities, name, address, role, nowMs },
    initial: role === 'first' ? [{ name, peerUrl: peerUrlOf(address) }] : initialMembers(seen.vms, members),
  });
  const fingerprint = fingerprintOf(authorities, name, address);
  const place = { client: objects.client, nowMs };
  const writtenTime = await writeMemberSecret(cluster, { vm: name, userData, fingerprint }, place, signal);
  if (writtenTime === undefined) return foreignSecret(memberSecretName(name));
  await objects.write(vmKind, vm, restartedWith(vm, address, writtenTime));
  return undefined;
}

const foreignSecret = (name: string) =>
  ({ type: 'wait', reason: `there is a Secret ${name} of somebody else` }) as const;

/** A member that has not started yet has no name of its own. */
const initialMembers = (vms: readonly Vm[], members: readonly ManagedMember[]): readonly InitialMember[] =>
  members.flatMap((member) => {
    const vm = vms.find((each) => isMemberAt(member, addressOf(each)));
    return member.peerUrls.map((peerUrl) => ({ name: vm?.metadata.name ?? member.name, peerUrl }));
  });

/** All VMs go at once, since nothing is to be kept, and the keys go last. */
async function takeDown(
  cluster: EtcdCluster,
  { objects, clock }: Work,
  signal: AbortSignal,
): Promise<Reconciled<EtcdCluster>> {
  for (const vm of await objects.controlledBy(vmKind, cluster)) await objects.delete(vmKind, vm);
  const vms = await objects.controlledBy(vmKind, cluster);
  if (vms.length === 0) {
    for (const each of await ownSecrets(cluster, objects.client, signal))
      await deleteSeen(objects.client, secrets, each, { signal });
    return { object: cluster, isCleared: true };
  }
  const action = { type: 'wait', reason: 'VMs are still there' } as const;
  return reconciled(cluster, { vms, members: 'unknown' }, action, clock.now());
}

/** Those of the members, and the authorities that were made for it. */
async function ownSecrets(
  cluster: EtcdCluster,
  client: Work['objects']['client'],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const { items } = await objectsOf(client, secrets).list({
    namespace: cluster.metadata.namespace,
    signal,
  });
  return items.filter((each) => isControlledBy(each, cluster));
}
