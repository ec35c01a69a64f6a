import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { controlPlaneGroup, infrastructureGroup } from '../contract/groups.ts';
import { isKindImage } from '../contract/image-names.ts';
import type { ContractReference } from '../contract/reference.ts';
import { templateName } from '../contract/template-name.ts';
import {
  clusterKind,
  hostedControlPlaneKind,
  igniteClusterKind,
  igniteMachineTemplateKind,
  k3sConfigTemplateKind,
  k3sControlPlaneKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
} from '../kinds/object-kinds.ts';
import { controlPlaneName, workersName } from './cluster-names.ts';
import type { ClusterRequest, ControlPlaneRequest, NodeShape } from './cluster-request.ts';
import type { ClusterKey } from './cluster-view.ts';
import {
  emulatedCluster,
  emulatedFiles,
  emulatedKubelet,
  emulatedPatches,
  emulatedTimeouts,
} from './plan-emulated-nodes.ts';
import { kindFiles } from './plan-kind-nodes.ts';
import { k3sAgentSpec, k3sServerSpec } from './plan-k3s-nodes.ts';
import { providerId } from './provider-id.ts';
import { planPodNetwork } from './plan-pod-network.ts';
import { type PlannedObject, planned, plannedTemplate } from './planned-object.ts';

/** The networks of Pods and Services, which are kubeadm's and Cluster API's usual ones. */
const usualNetworks = { pods: ['10.244.0.0/16'], services: ['10.96.0.0/16'] };
const networksOf = ({ networks }: ClusterRequest): Required<NonNullable<ClusterRequest['networks']>> => ({
  ...usualNetworks,
  ...networks,
});

/**
 * Pure. Returns the objects of a cluster in the order in which they are created. The Cluster is the last: nothing is done
 * before it is there, and a cluster that was created in part is completed by creating it again.
 */
export function planCluster(request: ClusterRequest): readonly PlannedObject[] {
  const { name, controlPlane } = request;
  const { pods, services } = networksOf(request);
  return [
    planned(request, igniteClusterKind, name, {
      spec: planEndpoint(controlPlane),
    }),
    ...planControlPlane(request),
    ...planWorkers(request),
    ...planPodNetwork(request),
    planned(request, clusterKind, name, {
      spec: {
        clusterNetwork: { pods: { cidrBlocks: pods }, services: { cidrBlocks: services } },
        controlPlaneRef: {
          apiGroup: controlPlaneGroup,
          kind: controlPlaneKindOf(request).kind,
          name: controlPlaneName(name),
        },
        infrastructureRef: { apiGroup: infrastructureGroup, kind: igniteClusterKind.kind, name },
      },
    }),
  ];
}

function controlPlaneKindOf({ controlPlane, distribution }: ClusterRequest): KindResource {
  if (controlPlane.kind === 'hosted') return hostedControlPlaneKind;
  return distribution === 'k3s' ? k3sControlPlaneKind : kubeadmControlPlaneKind;
}

/** A hosted control plane of one replica is its own endpoint. */
function planEndpoint(controlPlane: ControlPlaneRequest): object {
  if (controlPlane.kind === 'hosted') return controlPlane.replicas > 1 ? { loadBalancer: {} } : {};
  const { endpoint } = controlPlane;
  return endpoint ? { controlPlaneEndpoint: endpoint } : { loadBalancer: {} };
}

function planControlPlane(request: ClusterRequest): readonly PlannedObject[] {
  const { controlPlane, version, workers } = request;
  const name = controlPlaneName(request.name);
  const { replicas } = controlPlane;
  if (controlPlane.kind === 'hosted')
    return [planned(request, hostedControlPlaneKind, name, { spec: { replicas, version } })];
  const machines = planMachineTemplate(request, name, controlPlane.shape);
  if (request.distribution === 'k3s')
    return [
      machines,
      planned(request, k3sControlPlaneKind, name, {
        spec: {
          replicas,
          version,
          machineTemplate: {
            infrastructureRef: {
              apiVersion: apiVersionOf(machines.kind),
              kind: machines.kind.kind,
              name: machines.object.metadata.name,
            },
          },
          kthreesConfigSpec: k3sServerSpec(request),
        },
      }),
    ];
  // A cluster without workers has its Pods where its control plane is.
  const own = {
    nodeRegistration: { ...nodeRegistrationOf(request), ...(workers.replicas === 0 && { taints: [] }) },
    ...waysOf(request),
  };
  return [
    machines,
    planned(request, kubeadmControlPlaneKind, name, {
      spec: {
        replicas,
        version,
        machineTemplate: { spec: { infrastructureRef: referenceTo(machines) } },
        kubeadmConfigSpec: {
          clusterConfiguration: {
            encryptionAlgorithm: 'ECDSA-P256',
            ...(request.isEmulated && emulatedCluster),
          },
          initConfiguration: own,
          joinConfiguration: own,
          ...filesOf(request, 'control-plane'),
        },
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
      spec: {
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
      },
    }),
  ];
}

function planMachineTemplate(
  place: ClusterRequest,
  owner: string,
  { image, ...sizes }: NodeShape,
): PlannedObject {
  // Packets of Pods come from the VMs of their nodes.
  const network = { policy: { sources: networksOf(place).pods } };
  const spec = { template: { spec: { vm: { image: { oci: image }, ...sizes, network } } } };
  return planTemplate(place, templateName(owner, spec), spec);
}

/** Pure. Returns a template of VMs of a cluster. */
export const planTemplate = (place: ClusterKey, name: string, spec: object): PlannedObject =>
  plannedTemplate(place, igniteMachineTemplateKind, name, spec);

function planConfigTemplate(request: ClusterRequest, owner: string): PlannedObject {
  if (request.distribution === 'k3s') {
    const spec = { template: { spec: k3sAgentSpec } };
    return plannedTemplate(request, k3sConfigTemplateKind, templateName(owner, spec), spec);
  }
  const joinConfiguration = { nodeRegistration: nodeRegistrationOf(request), ...waysOf(request) };
  const spec = { template: { spec: { joinConfiguration, ...filesOf(request, 'worker') } } };
  return plannedTemplate(request, kubeadmConfigTemplateKind, templateName(owner, spec), spec);
}

const nodeRegistrationOf = ({ isEmulated }: ClusterRequest) => ({
  kubeletExtraArgs: [{ name: 'provider-id', value: providerId }, ...(isEmulated ? emulatedKubelet : [])],
});

/** How kubeadm goes about it: an emulated guest takes minutes for what it gives seconds. */
const waysOf = (request: ClusterRequest) => ({
  ...(request.isEmulated && { timeouts: emulatedTimeouts }),
  ...(hasPatches(request) && emulatedPatches),
});

/** The patches belong to settings of a control plane by kubeadm, which waits longer for the leases of nodes. */
const hasPatches = ({ isEmulated, controlPlane }: ClusterRequest): boolean =>
  isEmulated && controlPlane.kind === 'vm';

function filesOf(request: ClusterRequest, role: 'worker' | 'control-plane') {
  const { image } = request.workers.shape;
  const files = [
    ...(isKindImage(image) ? kindFiles : []),
    // The pod network of the node image is on where this file is missing.
    ...(request.podNetwork.kind === 'podnet' ? [] : [{ path: '/etc/podnet.disabled', content: '' }]),
    ...(hasPatches(request) ? emulatedFiles(role, request.version) : []),
  ];
  return files.length === 0 ? {} : { files };
}

const referenceTo = ({ kind, object }: PlannedObject): ContractReference => ({
  apiGroup: kind.group,
  kind: kind.kind,
  name: object.metadata.name!,
});
