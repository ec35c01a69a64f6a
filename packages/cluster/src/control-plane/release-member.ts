import { findCondition } from '../contract/conditions.ts';
import { etcdHook } from '../contract/names.ts';
import type { Machine } from '../kinds/machine.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import type { Work } from '../runtime/controller.ts';
import { heirOf } from '../workload/heir-of.ts';
import { keepsQuorum } from '../workload/keeps-quorum.ts';
import type { Etcd, WorkloadCluster } from '../workload/workload-cluster.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';
import type { EtcdMembers } from './control-plane-provider.ts';
import { findOrphan } from './find-orphan.ts';

/** What was found out about a control plane at the beginning of a reconcile. */
export interface SeenControlPlane {
  readonly machines: readonly Machine[];
  readonly views: readonly ControlPlaneMachine[];
  readonly members: EtcdMembers;
  /** Absent while the control plane does not answer. */
  readonly workload: WorkloadCluster | undefined;
  readonly etcd: Etcd | undefined;
}

/**
 * Takes the member of a Machine that is ready to go out of etcd, and lets the Machine go. That is done for one Machine at
 * a time, the one whose deletion began first, and only if etcd keeps its majority.
 */
export async function releaseHook(
  { machines, members, etcd }: SeenControlPlane,
  signal: AbortSignal,
  work: Work,
): Promise<void> {
  const leaving = machines
    .filter(
      (machine) =>
        machine.metadata.deletionTimestamp !== undefined &&
        Object.hasOwn(machine.metadata.annotations, etcdHook),
    )
    .toSorted(
      (a, b) => Date.parse(a.metadata.deletionTimestamp!) - Date.parse(b.metadata.deletionTimestamp!),
    );
  const [machine] = leaving;
  if (!machine || findCondition(machine, 'Deleting')?.reason !== 'WaitingForPreTerminateHook') return;
  const isLast = machines.length === 1;
  const name = machine.status?.nodeRef?.name;
  if (!isLast && name !== undefined && members !== 'external') {
    if (members === 'unknown' || !etcd) return;
    const member = members.find((each) => each.name === name);
    if (member) {
      if (!keepsQuorum(members, { removed: name })) return;
      const heir = heirOf(members, member);
      if (heir) await etcd.moveLeader(heir.id, signal);
      await etcd.remove(member.id, signal);
    }
  }
  await dropHook(machine, work);
}

/** Takes a member out of etcd whose Machine has gone without it, because nobody knew yet that it had joined. */
export async function removeOrphanMember(
  { views, members, etcd }: SeenControlPlane,
  signal: AbortSignal,
): Promise<void> {
  if (!etcd || typeof members === 'string') return;
  const orphan = findOrphan(members, views);
  if (!orphan) return;
  const heir = heirOf(members, orphan);
  if (heir) await etcd.moveLeader(heir.id, signal);
  await etcd.remove(orphan.id, signal);
}

/** Lets a Machine go whose member of etcd is gone, or does not matter. */
export async function dropHook(machine: Machine, { objects }: Work): Promise<void> {
  const { [etcdHook]: hook, ...others } = machine.metadata.annotations;
  if (hook === undefined) return;
  await objects.write(machineKind, machine, {
    ...machine,
    metadata: { ...machine.metadata, annotations: others },
  });
}
