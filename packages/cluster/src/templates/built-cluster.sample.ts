import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { Host } from '@ignite/api/v1/host';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { controllerReference } from '../contract/owner.ts';
import { labels } from '../contract/names.ts';
import { type Cluster, isPaused } from '../kinds/cluster.ts';
import {
  clusterKind,
  hostedControlPlaneKind,
  machineDeploymentKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import { ofCluster } from '../operations/cluster-view.ts';
import { openHost } from '../operations/running-cluster.sample.ts';
import type { TemplateWaiting } from './find-template.ts';

const shape = { image: 'node:1', cpus: 2, memory: '2GB', diskSize: '10GB' };
export const request: ClusterRequest = {
  ...{ namespace: 'default', name: 'dev', version: 'v1.35.4', distribution: 'kubeadm', isEmulated: true },
  controlPlane: { kind: 'hosted', replicas: 1 },
  workers: { replicas: 1, shape },
  podNetwork: { kind: 'podnet' },
};

/** A host whose controllers build a cluster, and look at it again, each time somebody waits. Its image, its kernel and who shares its store can be changed. */
export function openBuilder() {
  const { fulfil: _fulfil, ...opened } = openHost();
  const { client, clusters, waiting: whole } = opened;
  const told: string[] = [];
  const content = { digest: 'sha256:1', kernel: 'k', hosts: ['one'] };
  const waiting: TemplateWaiting = {
    ...whole,
    client: withoutLeftovers(client),
    endMs: 300_000,
    clock: {
      ...whole.clock,
      sleep: async (ms, signal) => {
        await whole.clock.sleep(ms, signal);
        for (const cluster of (await clusters.list()).items)
          if (!isPaused(cluster)) await care(cluster, client);
      },
    },
    op: {
      ...whole.op,
      report: (event) => void ('message' in event && told.push(`${event.kind}: ${event.message}`)),
    },
    images: {
      find: async (name) => {
        if (content.digest === '') throw new CodedError('IMAGE_NOT_FOUND', name, { hint: '' });
        return { status: { digest: content.digest } } as Image;
      },
    },
    kernels: { list: async () => [{ status: { id: content.kernel } } as Kernel] },
    hosts: { list: async () => content.hosts.map((name) => ({ metadata: { name } }) as Host) },
  };
  return { ...opened, waiting, told, content };
}

/** Returns how a command waits on another host of the store, on which none of the Snapshots are that there are now. */
export async function onOtherHost(waiting: TemplateWaiting): Promise<TemplateWaiting> {
  const { snapshots, op } = waiting;
  const elsewhere = new Set((await snapshots.list(op.signal)).map(({ metadata }) => metadata.uid));
  const list: typeof snapshots.list = async (signal) =>
    (await snapshots.list(signal)).filter(({ metadata }) => !elsewhere.has(metadata.uid));
  return { ...waiting, snapshots: { ...snapshots, list } };
}

/** Returns a client with which the VMs and programs of a cluster go at once when it is deleted. */
const withoutLeftovers = (client: ObjectClient): ObjectClient =>
  new Proxy(client, {
    get: (target, method: keyof ObjectClient) =>
      method === 'delete'
        ? async (...[key, options]: Parameters<ObjectClient['delete']>) => {
            const { namespace = '', name } = key;
            if (key.resource === clusterKind.resource)
              for (const kind of [hostPodKind, vmKind])
                for (const { metadata } of (await target.list(kind, ofCluster({ namespace, name }))).items)
                  await target.delete({ ...kind, namespace, name: metadata.name });
            return await target.delete(key, options);
          }
        : target[method].bind(target),
  });

/** Makes the parts of a cluster unless they are there, and says of all of it that it is ready. */
async function care({ metadata: { namespace, name }, spec }: Cluster, client: ObjectClient): Promise<void> {
  const metadata = (called: string) => ({ namespace, name: called, labels: { [labels.cluster]: name } });
  const find = async (kind: KindResource, called: string) =>
    await objectsOf(client, kind).find({ namespace, name: called });
  if (!(await find(hostPodKind, name))) {
    const owner = (await find(hostedControlPlaneKind, `${name}-control-plane`))!;
    const deployment = (await find(machineDeploymentKind, `${name}-workers`))!;
    const { replicas, template } = deployment['spec'] as MachineDeployment['spec'];
    await objectsOf(client, hostPodKind).create({
      metadata: {
        ...metadata(name),
        ownerReferences: [controllerReference(hostedControlPlaneKind, owner)],
      },
      spec: { programs: [], address: host },
    });
    await objectsOf(client, vmKind).create({
      metadata: metadata(`${name}-a`),
      spec: { image: { oci: 'node:1' }, power: 'Running' },
    });
    await objectsOf(client, machineSetKind).create({
      metadata: {
        ...metadata(`${name}-workers-s`),
        ownerReferences: [controllerReference(machineDeploymentKind, deployment)],
      },
      spec: { clusterName: name, replicas, selector: { matchLabels: {} }, template },
    });
  }
  if (spec.controlPlaneEndpoint?.host === undefined)
    await objectsOf(client, clusterKind).modify({ namespace, name }, (now) => ({
      ...now,
      spec: { ...(now['spec'] as object), controlPlaneEndpoint: { host, port: 6443 } },
    }));
  const vms = await new KindClient(client, vmKind).list({
    namespace,
    labels: ofCluster({ namespace, name }).labels,
  });
  if (vms.items.some(({ status }) => status?.phase !== 'Running')) return;
  for (const [kind, called, status] of [
    [
      hostedControlPlaneKind,
      `${name}-control-plane`,
      { initialization: { controlPlaneInitialized: true }, readyReplicas: 1 },
    ],
    [machineDeploymentKind, `${name}-workers`, counts],
    [clusterKind, name, { initialization: { infrastructureProvisioned: true }, conditions: [available] }],
  ] as const)
    await objectsOf(client, kind).modifyStatus({ namespace, name: called }, (now) => ({
      ...now,
      status: { ...status, observedGeneration: now.metadata.generation },
    }));
}

/** Where the control plane is, in the network of its cluster. */
const host = '10.61.0.9';
const counts = { replicas: 1, upToDateReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const available = {
  ...{ type: 'Available', status: 'True', reason: 'Available', message: '' },
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
