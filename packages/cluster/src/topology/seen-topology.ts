import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { annotations, labels } from '../contract/names.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { Machine } from '../kinds/machine.ts';
import type { Topology } from '../kinds/topology.ts';
import type { SeenControlPlane, SeenVersions } from './plan-versions.ts';

/** A Cluster with a topology, and what was made of it before. */
export interface SeenTopology {
  readonly cluster: Cluster;
  readonly topology: Topology;
  readonly controlPlane: KubeObject | undefined;
  /** The MachineDeployments that the topology owns, by their names in it. */
  readonly deployments: ReadonlyMap<string, MachineDeployment>;
  readonly machines: readonly Machine[];
}

/** Pure. Returns what decides on the versions of the parts of a cluster. */
export function seenVersions(
  { cluster, topology, controlPlane, deployments, machines }: SeenTopology,
  steps: readonly string[],
): SeenVersions {
  const given = cluster.metadata.annotations[annotations.upgradeConcurrency] ?? '';
  return {
    wanted: topology.version,
    steps,
    controlPlane: controlPlane && seenControlPlane(controlPlane),
    deployments: (topology.workers?.machineDeployments ?? []).map(({ name, metadata }) => {
      const deployment = deployments.get(name);
      const wishes = metadata?.annotations ?? {};
      return {
        name,
        version: deployment?.spec.template.spec.version,
        isUpgrading: deployment !== undefined && isUpgrading(deployment, machines),
        wish: Object.hasOwn(wishes, annotations.holdUpgradeSequence)
          ? 'hold'
          : Object.hasOwn(wishes, annotations.deferUpgrade)
            ? 'defer'
            : undefined,
      };
    }),
    concurrency: /^[1-9]\d{0,3}$/.test(given) ? Number(given) : 1,
  };
}

/** A control plane that says nothing of its version is of none, and upgrades nothing. */
function seenControlPlane(controlPlane: KubeObject): SeenControlPlane | undefined {
  const { spec, status } = contractOf(controlPlane);
  if (spec.version === undefined) return undefined;
  const { replicas, upToDateReplicas, readyReplicas, availableReplicas } = status;
  const counts = [replicas, upToDateReplicas, readyReplicas, availableReplicas];
  const hasOldVersion = (status.versions ?? []).some(({ version }) => version !== spec.version);
  const isBusy =
    !isObserved(controlPlane) ||
    status.initialization?.controlPlaneInitialized !== true ||
    (spec.replicas !== undefined && counts.some((each) => each !== undefined && each !== spec.replicas));
  return { version: spec.version, state: hasOldVersion ? 'upgrading' : isBusy ? 'busy' : 'settled' };
}

const isUpgrading = (deployment: MachineDeployment, machines: readonly Machine[]): boolean =>
  !isObserved(deployment) ||
  machines.some(
    ({ metadata, spec }) =>
      metadata.labels[labels.deployment] === deployment.metadata.name &&
      spec.version !== deployment.spec.template.spec.version,
  );

/** Tells whether the status of an object is of what it says now. */
function isObserved({ metadata, status }: KubeObject): boolean {
  const { observedGeneration } = (status ?? {}) as { readonly observedGeneration?: number };
  return observedGeneration === undefined || observedGeneration >= metadata.generation;
}
