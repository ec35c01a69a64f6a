import { type NewCondition, withCondition } from '@ignite/toolkit/object/condition';
import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { withFindings } from '../contract/conditions.ts';
import { countOf } from '../contract/int-or-percent.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { annotations, finalizers } from '../contract/names.ts';
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  ownerReference,
  withController,
  withOwner,
} from '../contract/owner.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, machineDeploymentKind, machineKind, machineSetKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { findExternal } from '../runtime/external.ts';
import { madeFrom, removeOrphans } from '../runtime/remove-orphans.ts';
import { chooseVictims } from './choose-victims.ts';
import { createMachine } from './create-machine.ts';
import { isSameTemplate } from './find-current-set.ts';
import { isLeaving } from './machine-view.ts';
import { planSetRemediation } from './plan-set-remediation.ts';
import { preflightProblems } from './preflight.ts';
import { propagated } from './propagate.ts';
import { countsOf, replicaFindings } from './set-status.ts';

const preflightMs = 15_000;
const deletionMs = 5_000;
/** The time after which a Machine should be known that was created although the answer was lost. */
const unseenMs = 1_000;

/** Keeps as many Machines as a MachineSet says, all of one template. */
export const machineSetController: Controller<MachineSet> = {
  name: 'machine-set',
  kind: machineSetKind,
  finalizer: finalizers.machineSet,
  clusterOf: ({ spec }) => spec.clusterName,
  reconcile: async ({ object, cluster }, work) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work);
    if (!cluster) return { object, requeueAfterMs: preflightMs };
    const owned = controllerOf(object)
      ? object
      : await work.objects.write(
          machineSetKind,
          object,
          withOwner(object, ownerReference(clusterKind, cluster)),
        );
    return await keep(owned, cluster, work);
  },
};

async function keep(set: MachineSet, cluster: Cluster, work: Work): Promise<Reconciled<MachineSet>> {
  if (!(await clearOrphans(set, await ownMachines(set, work), work)))
    return { object: set, requeueAfterMs: unseenMs };
  const deployment = await deploymentOf(set, work);
  const adopted = await adopt(set, cluster, work);
  const machines = await Promise.all(adopted.map((machine) => settle(machine, set, deployment, work)));
  const problems = await problemsOf(set, cluster, work);
  const remediated = problems.length === 0 ? await remediate(set, machines, deployment, work) : machines;
  const missing = set.spec.replicas - remediated.length;
  const mayCreate = !Object.hasOwn(set.metadata.annotations, annotations.disableMachineCreate);
  if (missing > 0 && mayCreate && problems.length === 0)
    for (let created = 0; created < missing; created += 1) await createMachine(set, work);
  if (missing < 0)
    for (const victim of chooseVictims(
      remediated,
      -missing,
      set.spec.deletion?.order ?? 'Random',
      work.clock.now(),
    ))
      await work.objects.delete(machineKind, victim);
  return await withStatus(set, problems, work);
}

const ownMachines = async (set: MachineSet, { objects }: Work): Promise<readonly Machine[]> =>
  (await objects.ofCluster(machineKind, clusterPlace(set))).filter((machine) => isControlledBy(machine, set));

async function clearOrphans(set: MachineSet, machines: readonly Machine[], work: Work): Promise<boolean> {
  const { bootstrap, infrastructureRef } = set.spec.template.spec;
  const templates = [infrastructureRef, ...(bootstrap.configRef ? [bootstrap.configRef] : [])];
  return await removeOrphans(
    { owner: set, cluster: clusterPlace(set), machines, parts: templates.map(madeFrom) },
    work,
  );
}

/** The place of the Cluster of a set, by which its Machines are found. */
const clusterPlace = (set: MachineSet): MachineSet => ({
  ...set,
  metadata: { ...set.metadata, name: set.spec.clusterName },
});

async function deploymentOf(set: MachineSet, { objects }: Work): Promise<MachineDeployment | undefined> {
  const owner = controllerOf(set);
  if (owner?.kind !== machineDeploymentKind.kind) return undefined;
  return await objects.get(machineDeploymentKind, { namespace: set.metadata.namespace, name: owner.name });
}

/** Takes over Machines that the selector selects and that nobody controls. */
async function adopt(set: MachineSet, cluster: Cluster, work: Work): Promise<readonly Machine[]> {
  const all = await work.objects.ofCluster(machineKind, cluster);
  const orphans = all.filter(
    (machine) =>
      !controllerOf(machine) &&
      !isLeaving(machine) &&
      !isOfControlPlane(machine) &&
      selectsLabels(set.spec.selector, machine.metadata.labels),
  );
  const owner = controllerReference(machineSetKind, set);
  for (const orphan of orphans) await work.objects.write(machineKind, orphan, withController(orphan, owner));
  return await ownMachines(set, work);
}

/** Changes what can be changed in place, and notes whether the Machine is as it is wanted. */
async function settle(
  machine: Machine,
  set: MachineSet,
  deployment: MachineDeployment | undefined,
  { objects, clock }: Work,
): Promise<Machine> {
  if (isLeaving(machine)) return machine;
  const written = await objects.write(machineKind, machine, propagated(machine, set));
  const isCurrent = deployment ? isSameTemplate(set.spec.template, deployment.spec.template) : true;
  const conditions = withFindings(
    written.status?.conditions,
    {
      UpToDate: isCurrent
        ? { status: 'True', reason: 'UpToDate' }
        : { status: 'False', reason: 'NotUpToDate', message: 'the template has changed' },
    },
    written,
    clock.now(),
  );
  if (conditions === written.status?.conditions) return written;
  return await objects.writeStatus(machineKind, { ...written, status: { ...written.status, conditions } });
}

async function problemsOf(set: MachineSet, cluster: Cluster, work: Work): Promise<readonly string[]> {
  const { controlPlaneRef } = cluster.spec;
  const found =
    controlPlaneRef && (await findExternal(controlPlaneRef, cluster.metadata.namespace, work)).object;
  const { spec, status } = found ? contractOf(found) : {};
  const skipped = set.metadata.annotations[annotations.skipPreflightChecks] ?? '';
  const versions = (status?.versions ?? []).map(({ version }) => version);
  return preflightProblems({
    version: set.spec.template.spec.version,
    usesKubeadm: set.spec.template.spec.bootstrap.configRef?.kind === 'KubeadmConfigTemplate',
    controlPlane:
      spec?.version === undefined
        ? undefined
        : {
            version: spec.version,
            seenVersion: versions.find((each) => each !== spec.version) ?? versions[0],
            isProvisioning: status?.initialization?.controlPlaneInitialized !== true,
          },
    skipped: skipped.split(',').map((each) => each.trim()),
  });
}

async function remediate(
  set: MachineSet,
  machines: readonly Machine[],
  deployment: MachineDeployment | undefined,
  { objects, clock }: Work,
): Promise<readonly Machine[]> {
  const isCurrent = !deployment || isSameTemplate(set.spec.template, deployment.spec.template);
  if (!isCurrent) return machines;
  const limit = deployment?.spec.remediation?.maxInFlight;
  const most = limit === undefined ? undefined : countOf(limit, deployment?.spec.replicas ?? 1, 'up');
  const { remediated } = planSetRemediation(machines, most);
  for (const machine of remediated) {
    const condition: NewCondition = {
      type: 'OwnerRemediated',
      status: 'False',
      reason: 'MachineDeleting',
      message: 'the Machine is being deleted because it is unhealthy',
      observedGeneration: machine.metadata.generation,
    };
    const now = new Date(clock.now()).toISOString();
    const conditions = withCondition(machine.status?.conditions ?? [], condition, now);
    await objects.writeStatus(machineKind, { ...machine, status: { ...machine.status, conditions } });
    await objects.delete(machineKind, machine);
  }
  return machines;
}

async function withStatus(
  set: MachineSet,
  problems: readonly string[],
  work: Work,
): Promise<Reconciled<MachineSet>> {
  const machines = await ownMachines(set, work);
  const found = replicaFindings(set.spec.replicas, machines, false);
  const findings =
    problems.length === 0 || machines.length >= set.spec.replicas
      ? found
      : {
          ...found,
          ScalingUp: { status: 'True', reason: 'ScalingUp', message: problems.join('; ') } as const,
        };
  const matchLabels = Object.entries(set.spec.selector.matchLabels ?? {});
  return {
    object: {
      ...set,
      status: {
        ...set.status,
        ...countsOf(machines),
        selector: formatLabelSelector(
          matchLabels.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
        ),
        conditions: withFindings(set.status?.conditions, findings, set, work.clock.now()),
      },
    },
    ...(problems.length > 0 && { requeueAfterMs: preflightMs }),
  };
}

async function takeDown(set: MachineSet, work: Work): Promise<Reconciled<MachineSet>> {
  const machines = await ownMachines(set, work);
  for (const machine of machines) await work.objects.delete(machineKind, machine);
  const left = await ownMachines(set, work);
  await clearOrphans(set, left, work);
  if (left.length === 0) return { object: set, isCleared: true };
  const conditions = withFindings(
    set.status?.conditions,
    replicaFindings(0, left, true),
    set,
    work.clock.now(),
  );
  return {
    object: { ...set, status: { ...set.status, ...countsOf(left), conditions } },
    requeueAfterMs: deletionMs,
  };
}
