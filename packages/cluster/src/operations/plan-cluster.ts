import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import { contractVersion, controlPlaneGroup, infrastructureGroup } from '../contract/groups.ts';
import { labels } from '../contract/names.ts';
import type { ContractReference } from '../contract/reference.ts';
import {
  clusterKind,
  igniteClusterKind,
  igniteMachineTemplateKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
} from '../kinds/object-kinds.ts';
import { controlPlaneName, templateName, workersName } from './cluster-names.ts';
import type { ClusterRequest, NodeShape } from './cluster-request.ts';

/** A control plane of processes on a host, which is known by the contract alone here. */
const hostedControlPlane: KindResource = {
  group: controlPlaneGroup,
  version: contractVersion,
  resource: 'hostedcontrolplanes',
  kind: 'HostedControlPlane',
};

/** The networks of Pods and Services, which are kubeadm's and Cluster API's usual ones. */
const clusterNetwork = {
  pods: { cidrBlocks: ['10.244.0.0/16'] },
  services: { cidrBlocks: ['10.96.0.0/16'] },
};

/** A planned object, with the kind under which it is created. */
export interface PlannedObject {
  readonly kind: KindResource;
  readonly object: NewObject;
}

/**
 * Pure. Returns the objects of a cluster in the order in which they are created. The Cluster is the last: nothing is done
 * before it is there, and a cluster that was created in part is completed by creating it again.
 */
export function planCluster(request: ClusterRequest): readonly PlannedObject[] {
  const { name, controlPlane } = request;
  return [
    planned(request, igniteClusterKind, name, {
      ...(controlPlane.kind === 'vm' && { controlPlaneEndpoint: controlPlane.endpoint }),
    }),
    ...planControlPlane(request),
    ...planWorkers(request),
    planned(request, clusterKind, name, {
      clusterNetwork,
      controlPlaneRef: {
        apiGroup: controlPlaneGroup,
        kind: controlPlane.kind === 'hosted' ? hostedControlPlane.kind : kubeadmControlPlaneKind.kind,
        name: controlPlaneName(name),
      },
      infrastructureRef: { apiGroup: infrastructureGroup, kind: igniteClusterKind.kind, name },
    }),
  ];
}

function planControlPlane(request: ClusterRequest): readonly PlannedObject[] {
  const { controlPlane, version, workers } = request;
  const name = controlPlaneName(request.name);
  const { replicas } = controlPlane;
  if (controlPlane.kind === 'hosted') return [planned(request, hostedControlPlane, name, { replicas, version })];
  const machines = planMachineTemplate(request, name, controlPlane.shape);
  // A cluster without workers has its Pods where its control plane is.
  const own = { nodeRegistration: { ...nodeRegistration, ...(workers.replicas === 0 && { taints: [] }) } };
  return [
    machines,
    planned(request, kubeadmControlPlaneKind, name, {
      replicas,
      version,
      machineTemplate: { spec: { infrastructureRef: referenceTo(machines) } },
      kubeadmConfigSpec: {
        clusterConfiguration: { encryptionAlgorithm: 'ECDSA-P256' },
        initConfiguration: own,
        joinConfiguration: own,
        ...commandsOf(request),
      },
    }),
  ];
}

function planWorkers(request: ClusterRequest): readonly PlannedObject[] {
  const { name: clusterName, version, workers } = request;
  const name = workersName(clusterName);
  const machines = planMachineTemplate(request, name, workers.shape);
  const config = planConfigTemplate(request, name);
  return [
    machines,
    config,
    planned(request, machineDeploymentKind, name, {
      clusterName,
      replicas: workers.replicas,
      template: {
        spec: {
          clusterName,
          version,
          bootstrap: { configRef: referenceTo(config) },
          infrastructureRef: referenceTo(machines),
        },
      },
    }),
  ];
}

type Place = Pick<ClusterRequest, 'name' | 'namespace'>;

function planMachineTemplate(place: Place, owner: string, { image, ...sizes }: NodeShape): PlannedObject {
  const spec = { template: { spec: { vm: { image: { oci: image }, ...sizes } } } };
  return planTemplate(place, templateName(owner, spec), spec);
}

/** Pure. Returns a template of VMs of a cluster. */
export const planTemplate = (place: Place, name: string, spec: object): PlannedObject =>
  planned(place, igniteMachineTemplateKind, name, spec);

function planConfigTemplate(request: ClusterRequest, owner: string): PlannedObject {
  const spec = { template: { spec: { joinConfiguration: { nodeRegistration }, ...commandsOf(request) } } };
  return planned(request, kubeadmConfigTemplateKind, templateName(owner, spec), spec);
}

/** A Machine finds its node by this argument. */
const nodeRegistration = {
  kubeletExtraArgs: [{ name: 'provider-id', value: 'ignite://{{ ds.meta_data.instance_id }}' }],
};

/** The pod network of the node image is on unless it is switched off. */
const commandsOf = ({ podNetwork }: ClusterRequest) =>
  podNetwork === 'none' ? { preKubeadmCommands: ['systemctl disable --now podnet.service'] } : {};

const planned = ({ name: cluster, namespace }: Place, kind: KindResource, name: string, spec: object) => ({
  kind,
  object: {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace, labels: { [labels.cluster]: cluster } },
    spec,
  },
});

const referenceTo = ({ kind, object }: PlannedObject): ContractReference => ({
  apiGroup: kind.group,
  kind: kind.kind,
  name: object.metadata.name!,
});
