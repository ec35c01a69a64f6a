import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findCondition } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { annotations, labels } from '../contract/names.ts';
import { isControlledBy } from '../contract/owner.ts';
import { contractOf } from '../contract/provider-object.ts';
import { isSeen } from '../contract/is-seen.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import { isSameTemplate } from '../scaling/find-current-set.ts';
import { isPaused } from '../kinds/cluster.ts';
import type { ClusterView } from './cluster-view.ts';

/** Pure. Returns in words what a cluster still lacks to be as it is wished; `undefined` if nothing. */
export const awaitedOf = (view: ClusterView): string | undefined =>
  awaitedOfPause(view) ??
  awaitedOfTopology(view) ??
  awaitedOfInfrastructure(view) ??
  awaitedOfControlPlane(view) ??
  awaitedOfWorkers(view) ??
  awaitedOfCluster(view);

/** Pure. The same of its control plane alone, which is upgraded first. */
export const awaitedOfControlPlane = ({
  cluster,
  controlPlane,
  machines,
}: ClusterView): string | undefined => {
  if (!cluster.spec.controlPlaneRef) return undefined;
  if (!controlPlane) return 'the control plane: it does not exist';
  const { spec, status } = contractOf(controlPlane);
  const because = reasonOfMachines(machines, true) ?? reasonOf(controlPlane, 'Available');
  const { replicas = 1, version } = spec;
  const has = (text: string): string =>
    `the control plane: ${text}${because === undefined ? '' : ` (${because})`}`;
  if (!isSeen(controlPlane)) return has('its controller has not looked at it yet');
  if (status.initialization?.controlPlaneInitialized !== true) return has('it is not initialized');
  const { readyReplicas = 0, upToDateReplicas = status.replicas } = status;
  if (upToDateReplicas !== undefined && upToDateReplicas < replicas)
    return has(`${upToDateReplicas} of ${replicas} have the version ${version ?? ''}`.trimEnd());
  if (readyReplicas < replicas) return has(`${readyReplicas} of ${replicas} are ready`);
  if ((status.replicas ?? replicas) > replicas) return has(`${status.replicas} are to become ${replicas}`);
  const running = versionOf(controlPlane);
  return version !== undefined && running !== undefined && running !== version
    ? has(`${running} is to become ${version}`)
    : undefined;
};

/** What was paused with its cluster says what it was before, until its controller has looked at it again. */
function awaitedOfPause(view: ClusterView): string | undefined {
  const { cluster, infrastructure, controlPlane, deployments, sets, machines } = view;
  if (isPaused(cluster)) return 'somebody to resume the cluster, which is paused';
  const parts = [cluster, infrastructure, controlPlane, ...deployments, ...sets, ...machines];
  const left = parts.find(
    (part) =>
      part &&
      !Object.hasOwn(part.metadata.annotations, annotations.paused) &&
      findCondition(part, 'Paused')?.status === 'True',
  );
  return left && `the controller of the ${left.kind} ${left.metadata.name} to care for it again`;
}

function awaitedOfTopology({ cluster }: ClusterView): string | undefined {
  if (!cluster.spec.topology) return undefined;
  const condition = findCondition(cluster, 'TopologyReconciled');
  if (condition?.observedGeneration !== cluster.metadata.generation)
    return 'the topology: its controller has not looked at it yet';
  // What its author has put off nobody waits for.
  const isDone = condition.status === 'True' || condition.reason === 'MachineDeploymentsUpgradeDeferred';
  return isDone ? undefined : `the topology: ${condition.message}`;
}

function awaitedOfInfrastructure({ cluster, infrastructure }: ClusterView): string | undefined {
  if (!cluster.spec.infrastructureRef || cluster.status?.initialization?.infrastructureProvisioned)
    return undefined;
  const because = infrastructure && reasonOf(infrastructure, 'Ready');
  return `the infrastructure${because === undefined ? '' : `: ${because}`}`;
}

function awaitedOfWorkers({ deployments, sets, machines }: ClusterView): string | undefined {
  const late = deployments.find((deployment) => !isSettled(deployment, sets));
  if (!late) return undefined;
  const { availableReplicas = 0, upToDateReplicas = 0, replicas = 0 } = late.status ?? {};
  const wanted = late.spec.replicas ?? 1;
  const because = reasonOfMachines(
    machines.filter(({ metadata }) => metadata.labels[labels.deployment] === late.metadata.name),
    false,
  );
  const usable = Math.min(availableReplicas, upToDateReplicas);
  const counts =
    usable < wanted
      ? `${usable} of ${wanted} are available`
      : replicas > wanted
        ? `${replicas} are to become ${wanted}`
        : 'machines are being replaced';
  return `the workers ${late.metadata.name}: ${counts}${because === undefined ? '' : ` (${because})`}`;
}

/** The numbers may tell of machines of the template before, until its MachineSet has nothing to say any more. */
function isSettled(deployment: MachineDeployment, sets: readonly MachineSet[]): boolean {
  const { spec, status } = deployment;
  const wanted = spec.replicas ?? 1;
  const own = sets.filter((set) => isControlledBy(set, deployment));
  const isCurrent = (set: MachineSet): boolean => isSameTemplate(set.spec.template, spec.template);
  return (
    isSeen(deployment) &&
    own.every((set) => isCurrent(set) || (set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0)) &&
    own.filter(isCurrent).reduce((sum, set) => sum + set.spec.replicas, 0) === wanted &&
    [status?.replicas, status?.upToDateReplicas, status?.readyReplicas, status?.availableReplicas].every(
      (count) => (count ?? 0) === wanted,
    )
  );
}

function awaitedOfCluster({ cluster }: ClusterView): string | undefined {
  const available = findCondition(cluster, 'Available');
  return available?.status === 'True'
    ? undefined
    : (available?.message ?? 'the cluster: nobody has looked at it yet');
}

/** The version that runs, which control planes of Machines tell by these. */
function versionOf({ status }: KubeObject): string | undefined {
  const { version } = (status ?? {}) as { readonly version?: unknown };
  return typeof version === 'string' ? version : undefined;
}

function reasonOf(object: KubeObject, type: string): string | undefined {
  const condition = findCondition(object, type);
  if (!condition || condition.status === 'True') return undefined;
  return condition.message || condition.reason || undefined;
}

/** Says of one Machine that is not ready why, which is often the reason for all else. */
function reasonOfMachines(machines: readonly Machine[], isControlPlane: boolean): string | undefined {
  const late = machines
    .filter((machine) => isOfControlPlane(machine) === isControlPlane)
    .find((machine) => findCondition(machine, 'Ready')?.status !== 'True');
  const reason = late && reasonOf(late, 'Ready');
  return reason === undefined ? undefined : `${late!.metadata.name}: ${reason}`;
}
