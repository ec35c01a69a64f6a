import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { secretResource } from '@ignite/toolkit/core/resources/secret';
import { configMapResource } from '@ignite/toolkit/core/resources/config-map';
import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import {
  addonsGroup,
  bootstrapGroup,
  contractVersion,
  controlPlaneGroup,
  coreGroup,
  etcdGroup,
  infrastructureGroup,
  ipamGroup,
} from '../contract/groups.ts';
import type { ClusterClass } from './cluster-class.ts';
import type { ClusterResourceSet, ClusterResourceSetBinding } from './cluster-resource-set.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import type { Cluster } from './cluster.ts';
import type { EtcdCluster } from './etcd-cluster.ts';
import type { HostedControlPlane } from './hosted-control-plane.ts';
import type { IgniteCluster, IgniteMachine, IgniteMachinePool } from './ignite-infrastructure.ts';
import type { InClusterIpPool } from './in-cluster-ip-pool.ts';
import type { IpAddress, IpAddressClaim } from './ip-address-claim.ts';
import type { K3sConfig } from './k3s-config.ts';
import type { K3sControlPlane } from './k3s-control-plane.ts';
import type { KubeadmConfig } from './kubeadm-config.ts';
import type { KubeadmControlPlane } from './kubeadm-control-plane.ts';
import type { MachineDeployment } from './machine-deployment.ts';
import type { MachineDrainRule } from './machine-drain-rule.ts';
import type { MachineHealthCheck } from './machine-health-check.ts';
import type { MachinePool } from './machine-pool.ts';
import type { MachineSet } from './machine-set.ts';
import type { Machine } from './machine.ts';
import {
  clusterSnapshotResource,
  igniteClusterResource,
  igniteMachinePoolResource,
  igniteMachineResource,
} from './infrastructure-resources.ts';
import { ipamResources } from './ipam-resources.ts';
import {
  clusterClassResource,
  clusterResource,
  hostedControlPlaneResource,
  clusterResourceSetBindingResource,
  clusterResourceSetResource,
  etcdClusterResource,
  k3sConfigResource,
  k3sControlPlaneResource,
  kubeadmConfigResource,
  kubeadmControlPlaneResource,
  machineDeploymentResource,
  machineDrainRuleResource,
  machineHealthCheckResource,
  machinePoolResource,
  machineResource,
  machineSetResource,
  templateResources,
} from './resources.ts';

const core = `${coreGroup}/${contractVersion}`;

export const clusterKind = objectKind<Cluster>(clusterResource, core);
export const clusterClassKind = objectKind<ClusterClass>(clusterClassResource, core);
export const machineKind = objectKind<Machine>(machineResource, core);
export const machineSetKind = objectKind<MachineSet>(machineSetResource, core);
export const machineDeploymentKind = objectKind<MachineDeployment>(machineDeploymentResource, core);
export const machinePoolKind = objectKind<MachinePool>(machinePoolResource, core);
export const machineHealthCheckKind = objectKind<MachineHealthCheck>(machineHealthCheckResource, core);
export const machineDrainRuleKind = objectKind<MachineDrainRule>(machineDrainRuleResource, core);
export const kubeadmConfigKind = objectKind<KubeadmConfig>(
  kubeadmConfigResource,
  `${bootstrapGroup}/${contractVersion}`,
);
export const kubeadmControlPlaneKind = objectKind<KubeadmControlPlane>(
  kubeadmControlPlaneResource,
  `${controlPlaneGroup}/${contractVersion}`,
);
export const k3sConfigKind = objectKind<K3sConfig>(k3sConfigResource, `${bootstrapGroup}/${contractVersion}`);
export const k3sControlPlaneKind = objectKind<K3sControlPlane>(
  k3sControlPlaneResource,
  `${controlPlaneGroup}/${contractVersion}`,
);
export const hostedControlPlaneKind = objectKind<HostedControlPlane>(
  hostedControlPlaneResource,
  `${controlPlaneGroup}/${contractVersion}`,
);
export const etcdClusterKind = objectKind<EtcdCluster>(
  etcdClusterResource,
  `${etcdGroup}/${contractVersion}`,
);
export const igniteClusterKind = objectKind<IgniteCluster>(
  igniteClusterResource,
  `${infrastructureGroup}/${contractVersion}`,
);
export const igniteMachineKind = objectKind<IgniteMachine>(
  igniteMachineResource,
  `${infrastructureGroup}/${contractVersion}`,
);
export const igniteMachinePoolKind = objectKind<IgniteMachinePool>(
  igniteMachinePoolResource,
  `${infrastructureGroup}/${contractVersion}`,
);
export const clusterSnapshotKind = objectKind<ClusterSnapshot>(
  clusterSnapshotResource,
  `${infrastructureGroup}/${contractVersion}`,
);
export const kubeadmConfigTemplateKind = objectKind<KubeObject>(
  templateResources.kubeadmConfig,
  `${bootstrapGroup}/${contractVersion}`,
);
export const k3sConfigTemplateKind = objectKind<KubeObject>(
  templateResources.k3sConfig,
  `${bootstrapGroup}/${contractVersion}`,
);
export const kubeadmControlPlaneTemplateKind = objectKind<KubeObject>(
  templateResources.kubeadmControlPlane,
  `${controlPlaneGroup}/${contractVersion}`,
);
export const igniteMachineTemplateKind = objectKind<KubeObject>(
  templateResources.igniteMachine,
  `${infrastructureGroup}/${contractVersion}`,
);
export const clusterResourceSetKind = objectKind<ClusterResourceSet>(
  clusterResourceSetResource,
  `${addonsGroup}/${contractVersion}`,
);
export const clusterResourceSetBindingKind = objectKind<ClusterResourceSetBinding>(
  clusterResourceSetBindingResource,
  `${addonsGroup}/${contractVersion}`,
);
const ipam = `${ipamGroup}/${contractVersion}`;
export const inClusterIpPoolKind = objectKind<InClusterIpPool>(ipamResources.inClusterIpPool, ipam);
export const globalInClusterIpPoolKind = objectKind<InClusterIpPool>(
  ipamResources.globalInClusterIpPool,
  ipam,
);
export const ipAddressClaimKind = objectKind<IpAddressClaim>(ipamResources.ipAddressClaim, ipam);
export const ipAddressKind = objectKind<IpAddress>(ipamResources.ipAddress, ipam);
export const secretObjects = objectKind(secretResource, 'v1');
export const configMapObjects = objectKind(configMapResource, 'v1');
