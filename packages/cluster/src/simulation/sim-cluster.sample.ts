import { bootstrapGroup, controlPlaneGroup } from '../contract/groups.ts';
import { clusterKind, kubeadmControlPlaneKind, machineDeploymentKind } from '../kinds/object-kinds.ts';
import { simCluster, simMachineTemplate } from './sim-provider.sample.ts';
import type { Simulation } from './simulation.sample.ts';

export interface SimClusterSize {
  readonly controlPlanes: number;
  readonly workers: number;
}

const configTemplates = {
  group: bootstrapGroup,
  version: 'v1beta2',
  resource: 'kubeadmconfigtemplates',
  kind: 'KubeadmConfigTemplate',
};

export const templateRef = (name: string) => ({
  apiGroup: simMachineTemplate.group,
  kind: simMachineTemplate.kind,
  name,
});

/** Creates the objects of a cluster, as a person would. */
export async function createCluster(
  simulation: Simulation,
  name: string,
  { controlPlanes, workers }: SimClusterSize,
  rollout?: object,
): Promise<void> {
  const version = 'v1.35.4';
  await simulation.create(simMachineTemplate, name, { template: { spec: { size: 'small' } } });
  await simulation.create(configTemplates, name, { template: { spec: {} } });
  await simulation.create(simCluster, name, {});
  await simulation.create(kubeadmControlPlaneKind, name, {
    replicas: controlPlanes,
    version,
    machineTemplate: { spec: { infrastructureRef: templateRef(name) } },
  });
  await simulation.create(clusterKind, name, {
    controlPlaneRef: { apiGroup: controlPlaneGroup, kind: 'KubeadmControlPlane', name },
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
        bootstrap: { configRef: { apiGroup: bootstrapGroup, kind: 'KubeadmConfigTemplate', name } },
        infrastructureRef: templateRef(name),
      },
    },
  });
}
