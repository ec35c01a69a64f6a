import type { ClusterClassSpec } from '../kinds/cluster-class.ts';
import {
  clusterClassKind,
  clusterKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneTemplateKind,
} from '../kinds/object-kinds.ts';
import type { DeploymentTopology, Topology } from '../kinds/topology.ts';
import { simClusterTemplate, simMachineTemplate } from './sim-provider.sample.ts';
import type { Simulation } from './simulation.sample.ts';

const sim = (kind: string, name: string) => ({
  templateRef: { apiVersion: 'infrastructure.sim.example/v1', kind, name },
});

const healthCheck = {
  checks: {
    nodeStartupTimeoutSeconds: 600,
    unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown' as const, timeoutSeconds: 300 }],
  },
};

/** A class whose machines have a size that its topologies choose. */
export const simClass: ClusterClassSpec = {
  infrastructure: sim('SimClusterTemplate', 'any'),
  controlPlane: {
    templateRef: {
      apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2',
      kind: 'KubeadmControlPlaneTemplate',
      name: 'any',
    },
    machineInfrastructure: sim('SimMachineTemplate', 'control-plane'),
    healthCheck,
  },
  workers: {
    machineDeployments: [
      {
        class: 'default',
        bootstrap: {
          templateRef: {
            apiVersion: 'bootstrap.cluster.x-k8s.io/v1beta2',
            kind: 'KubeadmConfigTemplate',
            name: 'workers',
          },
        },
        infrastructure: sim('SimMachineTemplate', 'workers'),
        metadata: { labels: { tier: 'class' } },
        healthCheck,
      },
    ],
  },
  variables: [
    {
      name: 'size',
      required: false,
      schema: { openAPIV3Schema: { type: 'string', enum: ['small', 'large'], default: 'small' } },
    },
  ],
  patches: [
    {
      name: 'size',
      definitions: [
        {
          selector: {
            apiVersion: 'infrastructure.sim.example/v1',
            kind: 'SimMachineTemplate',
            matchResources: { controlPlane: true, machineDeploymentClass: { names: ['*'] } },
          },
          jsonPatches: [{ op: 'add', path: '/spec/template/spec/size', valueFrom: { variable: 'size' } }],
        },
      ],
    },
  ],
};

/** Creates a class and its templates, as a person would. */
export async function createClass(
  simulation: Simulation,
  name: string,
  spec: ClusterClassSpec = simClass,
): Promise<void> {
  const machines = { template: { spec: {} } };
  await simulation.create(simClusterTemplate, 'any', { template: { spec: {} } });
  await simulation.create(simMachineTemplate, 'control-plane', machines);
  await simulation.create(simMachineTemplate, 'workers', machines);
  await simulation.create(kubeadmConfigTemplateKind, 'workers', { template: { spec: {} } });
  await simulation.create(kubeadmControlPlaneTemplateKind, 'any', { template: { spec: {} } });
  await simulation.create(clusterClassKind, name, spec);
}

export const pool = (
  name: string,
  replicas: number,
  more: Partial<DeploymentTopology> = {},
): DeploymentTopology => ({
  class: 'default',
  ...{ name, replicas },
  ...more,
});

/** Creates a Cluster with a topology. */
export async function createTopology(
  simulation: Simulation,
  name: string,
  topology: Partial<Topology> = {},
): Promise<void> {
  await simulation.create(clusterKind, name, {
    topology: {
      classRef: { name: 'any' },
      version: 'v1.35.4',
      controlPlane: { replicas: 1 },
      workers: { machineDeployments: [pool('a', 2), pool('b', 1)] },
      ...topology,
    },
  });
}
