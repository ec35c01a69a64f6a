import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import {
  clusterKind,
  hostedControlPlaneKind,
  igniteClusterKind,
  igniteMachineKind,
  igniteMachineTemplateKind,
  kubeadmConfigKind,
  kubeadmConfigTemplateKind,
  machineDeploymentKind,
  machineKind,
  machineSetKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { key, metadata, openCluster } from './running-cluster.sample.ts';

const refer = ({ group: apiGroup, kind }: KindResource, name: string) => ({ apiGroup, kind, name });

/** The address of the control plane inside the network of the cluster. */
export const address = '10.61.0.9';

/** A cluster with a hosted control plane and a worker of each of its two VMs, with all the objects that belong to one. */
export async function openWholeCluster() {
  const opened = await openCluster();
  await furnish(opened.client);
  return opened;
}

async function furnish(client: ObjectClient): Promise<void> {
  const { namespace } = key;
  const clusters = objectsOf(client, clusterKind);
  const make = async (kind: KindResource, name: string, content: object, more: object = {}) =>
    await objectsOf(client, kind).create({ metadata: { ...metadata(name), ...more }, ...content });
  await make(hostedControlPlaneKind, 'dev-control-plane', { spec: { version: 'v1.35.4' } });
  await make(igniteClusterKind, 'dev', { spec: {} });
  await clusters.modify(key, (now) => ({
    ...now,
    spec: {
      controlPlaneEndpoint: { host: address, port: 6443 },
      controlPlaneRef: refer(hostedControlPlaneKind, 'dev-control-plane'),
      infrastructureRef: refer(igniteClusterKind, 'dev'),
    },
  }));
  await clusters.modifyStatus(key, (now) => ({
    ...now,
    status: { initialization: { controlPlaneInitialized: true }, observedGeneration: 7 },
  }));
  const controlPlane = await objectsOf(client, hostedControlPlaneKind).get({
    namespace,
    name: 'dev-control-plane',
  });
  await objectsOf(client, hostPodKind).modify(key, (now) => ({
    ...now,
    metadata: {
      ...now.metadata,
      ownerReferences: [controllerReference(hostedControlPlaneKind, controlPlane)],
    },
  }));
  await objectsOf(client, hostPodKind).modifyStatus(key, (now) => ({
    ...now,
    status: { ...(now as HostPod).status, address },
  }));
  for (const purpose of ['ca', 'etcd', 'proxy', 'sa'])
    await make(secretObjects, `dev-${purpose}`, { data: {} });
  await make(
    secretObjects,
    'dev-kubeconfig',
    { data: {} },
    { ownerReferences: [controllerReference(hostedControlPlaneKind, controlPlane)] },
  );
  const vm = { image: { oci: 'node:1' } };
  await make(igniteMachineTemplateKind, 'dev-workers-t', { spec: { template: { spec: { vm } } } });
  await make(kubeadmConfigTemplateKind, 'dev-workers-t', { spec: { template: { spec: {} } } });
  const template = {
    clusterName: 'dev',
    version: 'v1.35.4',
    bootstrap: { configRef: refer(kubeadmConfigTemplateKind, 'dev-workers-t') },
    infrastructureRef: refer(igniteMachineTemplateKind, 'dev-workers-t'),
  };
  const annotations = {
    ...{ team: 'a', 'gitops.weave.works/owner': 'site' },
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  const deployment = await make(
    machineDeploymentKind,
    'dev-workers',
    { spec: { clusterName: 'dev', replicas: 2, template: { spec: template } } },
    { annotations },
  );
  const matchLabels = { [labels.deployment]: 'dev-workers' };
  const set = await make(
    machineSetKind,
    'dev-workers-s',
    {
      spec: {
        ...{ clusterName: 'dev', replicas: 2, selector: { matchLabels } },
        template: { metadata: { labels: matchLabels }, spec: template },
      },
    },
    { ownerReferences: [controllerReference(machineDeploymentKind, deployment)] },
  );
  for (const name of ['a', 'b']) {
    const machine = await make(
      machineKind,
      name,
      {
        spec: {
          ...template,
          bootstrap: { configRef: refer(kubeadmConfigKind, name), dataSecretName: name },
          infrastructureRef: refer(igniteMachineKind, name),
        },
      },
      {
        labels: { [labels.cluster]: 'dev', [labels.set]: 'dev-workers-s' },
        ownerReferences: [controllerReference(machineSetKind, set)],
      },
    );
    await objectsOf(client, machineKind).modifyStatus({ namespace, name }, (now) => ({
      ...now,
      status: { nodeRef: { name } },
    }));
    const ownerReferences = [controllerReference(machineKind, machine)];
    const config = await make(kubeadmConfigKind, name, { spec: {} }, { ownerReferences });
    await make(
      secretObjects,
      name,
      { data: {} },
      { ownerReferences: [controllerReference(kubeadmConfigKind, config)] },
    );
    const infrastructure = await make(igniteMachineKind, name, { spec: { vm } }, { ownerReferences });
    await objectsOf(client, vmKind).modify({ namespace, name }, (now) => ({
      ...now,
      metadata: {
        ...now.metadata,
        ownerReferences: [controllerReference(igniteMachineKind, infrastructure)],
      },
      spec: {
        ...(now.spec as object),
        cloudInit: { userDataSecretRef: { name, key: 'value' } },
      },
    }));
  }
}
