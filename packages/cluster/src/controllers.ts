import { clusterResourceSetController } from './addons/cluster-resource-set-controller.ts';
import { k3sConfigController } from './bootstrap/k3s-config-controller.ts';
import { kubeadmConfigController } from './bootstrap/kubeadm-config-controller.ts';
import { clusterController } from './cluster/cluster-controller.ts';
import { controlPlaneController } from './control-plane/control-plane-controller.ts';
import { k3sProvider } from './control-plane/k3s-provider.ts';
import { kubeadmProvider } from './control-plane/kubeadm-provider.ts';
import { etcdClusterController } from './etcd/etcd-cluster-controller.ts';
import { igniteClusterController } from './infrastructure/ignite-cluster-controller.ts';
import { igniteMachinePoolController } from './infrastructure/ignite-machine-pool-controller.ts';
import { igniteMachineController } from './infrastructure/ignite-machine-controller.ts';
import { inOneStore } from './infrastructure/placement.ts';
import { machineHealthCheckController } from './health-check/machine-health-check-controller.ts';
import { hostedControlPlaneController } from './hosted-control-plane/hosted-control-plane-controller.ts';
import { inClusterIpPoolController } from './ipam/in-cluster-ip-pool-controller.ts';
import { ipAddressClaimController } from './ipam/ip-address-claim-controller.ts';
import { ipPoolKinds } from './kinds/ip-pool-kinds.ts';
import { machineController } from './machine/machine-controller.ts';
import { type Controller, controllerFor } from './runtime/controller.ts';
import { machineDeploymentController } from './scaling/machine-deployment-controller.ts';
import { clusterClassController } from './topology/cluster-class-controller.ts';
import { machinePoolController } from './scaling/machine-pool-controller.ts';
import { machineSetController } from './scaling/machine-set-controller.ts';

/** Cluster API's controllers, which meet every provider of infrastructure by the contract. */
export const clusterControllers: readonly Controller[] = [
  controllerFor(clusterController),
  controllerFor(clusterClassController),
  controllerFor(machineController),
  controllerFor(machineSetController),
  controllerFor(machineDeploymentController),
  controllerFor(machinePoolController),
  controllerFor(machineHealthCheckController),
  controllerFor(kubeadmConfigController),
  controllerFor(controlPlaneController(kubeadmProvider)),
  controllerFor(k3sConfigController),
  controllerFor(controlPlaneController(k3sProvider)),
  controllerFor(clusterResourceSetController),
];

/** Our own controllers: a VM for each machine and each member of an etcd, programs of a host for a control plane, and addresses of pools. */
export const igniteControllers: readonly Controller[] = [
  controllerFor(etcdClusterController),
  controllerFor(hostedControlPlaneController),
  controllerFor(igniteClusterController(inOneStore)),
  controllerFor(igniteMachineController(inOneStore)),
  controllerFor(igniteMachinePoolController),
  controllerFor(ipAddressClaimController),
  ...ipPoolKinds.map((kind) => controllerFor(inClusterIpPoolController(kind))),
];
