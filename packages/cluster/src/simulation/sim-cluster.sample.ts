import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { bootstrapGroup, controlPlaneGroup } from '../contract/groups.ts';
import {
  clusterKind,
  k3sConfigTemplateKind,
  k3sControlPlaneKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineKind,
} from '../kinds/object-kinds.ts';
import type { Machine } from '../kinds/machine.ts';
import { simCluster, simMachineTemplate } from './sim-provider.sample.ts';
import { Simulation } from './simulation.sample.ts';

export interface SimClusterSize {
  readonly controlPlanes: number;
  readonly workers: number;
  readonly distribution?: 'kubeadm' | 'k3s';
  /** Further fields of the control plane. */
  readonly controlPlane?: object;
}

export const templateRef = (name: string) => ({
  apiGroup: simMachineTemplate.group,
  kind: simMachineTemplate.kind,
  name,
});

/** Creates the objects of a cluster, as a person would. */
export async function createCluster(
  simulation: Simulation,
  name: string,
  { controlPlanes, workers, distribution = 'kubeadm', controlPlane }: SimClusterSize,
  rollout?: object,
): Promise<void> {
  const isK3s = distribution === 'k3s';
  const version = isK3s ? 'v1.35.4+k3s1' : 'v1.35.4';
  const configTemplates = isK3s ? k3sConfigTemplateKind : kubeadmConfigTemplateKind;
  const controlPlaneKind = isK3s ? k3sControlPlaneKind : kubeadmControlPlaneKind;
  const { group, kind } = simMachineTemplate;
  await simulation.create(simMachineTemplate, name, { template: { spec: { size: 'small' } } });
  await simulation.create(configTemplates, name, { template: { spec: {} } });
  await simulation.create(simCluster, name, {});
  await simulation.create(controlPlaneKind, name, {
    ...{ replicas: controlPlanes, version, ...controlPlane },
    machineTemplate: isK3s
      ? { infrastructureRef: { apiVersion: `${group}/v1`, kind, name } }
      : { spec: { infrastructureRef: templateRef(name) } },
  });
  await simulation.create(clusterKind, name, {
    controlPlaneRef: { apiGroup: controlPlaneGroup, kind: controlPlaneKind.kind, name },
    infrastructureRef: { apiGroup: simCluster.group, kind: simCluster.kind, name },
  });
  await simulation.create(machineDeploymentKind, `${name}-workers`, {
    clusterName: name,
    replicas: workers,
    ...(rollout && { rollout }),
    template: {
      spec: {
        clusterName: name,
        version,
        bootstrap: { configRef: { apiGroup: bootstrapGroup, kind: configTemplates.kind, name } },
        infrastructureRef: templateRef(name),
      },
    },
  });
}

export const machinesOf = async (simulation: Simulation): Promise<readonly Machine[]> =>
  await simulation.all<Machine>(machineKind);

export const areReady = async (simulation: Simulation, number: number): Promise<boolean> => {
  const machines = await machinesOf(simulation);
  return (
    machines.length === number && machines.every(({ status }) => isTrue(status?.conditions ?? [], 'Ready'))
  );
};

/** Opens a simulation with a cluster that is up. */
export async function withCluster(
  size: { readonly controlPlanes: number; readonly workers: number },
  rollout?: object,
): Promise<Simulation> {
  const simulation = await Simulation.open({ seed: 7 });
  await createCluster(simulation, 'dev', size, rollout);
  await simulation.until(async () => await areReady(simulation, size.controlPlanes + size.workers));
  return simulation;
}

export const withSpec = (object: KubeObject, changes: object): KubeObject => ({
  ...object,
  spec: { ...(object.spec as object), ...changes },
});
