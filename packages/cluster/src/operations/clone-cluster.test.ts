import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { own } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import { isPaused } from '../kinds/cluster.ts';
import {
  clusterKind,
  clusterSnapshotKind,
  hostedControlPlaneKind,
  igniteMachineKind,
  igniteMachineTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineKind,
  machinePoolKind,
  machineSetKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { cloneCluster } from './clone-cluster.ts';
import { address, openWholeCluster } from './cloned-cluster.sample.ts';
import { key, metadata } from './running-cluster.sample.ts';
import { removeClusterSnapshot, removeLeftParts, snapshotCluster } from './snapshot-cluster.ts';
import { restoreCluster } from './restore-cluster.ts';
import { resumeCluster } from './suspend-cluster.ts';

const copy = { namespace: 'default', name: 'test' };
type Opened = Awaited<ReturnType<typeof openWholeCluster>>;

/** Reads an object of the default namespace. */
const read = async ({ client }: Opened, kind: KindResource, name: string) =>
  await objectsOf(client, kind).get({ namespace: 'default', name });

async function openSnapshot(): Promise<Opened> {
  const opened = await openWholeCluster();
  await snapshotCluster(key, 'ready', opened.waiting);
  opened.done.length = 0;
  return opened;
}

test('a cluster is made of a snapshot: its programs, then its VMs, all of them behind its router', async () => {
  const opened = await openSnapshot();
  const made = await cloneCluster(copy, 'ready', opened.waiting);
  assert.deepEqual(opened.done.slice(-3), ['pod Running', 'test-a Running', 'test-b Running']);
  assert.equal(isPaused(made), false);
  assert.deepEqual(made.metadata.annotations, {});
  assert.equal(made.status?.initialization?.controlPlaneInitialized, true);
  assert.deepEqual(made.spec.controlPlaneEndpoint, { host: address, port: 6443 });
  const { metadata: ofPod, spec } = (await read(opened, hostPodKind, 'test')) as HostPod;
  const [snapshot] = (await new KindClient(opened.client, clusterSnapshotKind).list()).items;
  assert.partialDeepStrictEqual(spec, { address, router: 'test', restored: { podName: 'dev' } });
  assert.equal(spec.restored?.copy, snapshot!.spec.copy);
  const controlPlane = await read(opened, hostedControlPlaneKind, 'test-control-plane');
  assert.equal(ofPod.ownerReferences?.[0]?.uid, controlPlane.metadata.uid);
  const vm = await new KindClient(opened.client, vmKind).get({ ...copy, name: 'test-a' });
  assert.deepEqual(vm.spec.source, { snapshot: 'a-0', identity: 'Kept' });
  assert.equal(vm.spec.network.router, 'test');
  assert.equal(vm.spec.cloudInit?.userDataSecretRef?.name, 'test-a');
});

test('what the objects of a clone refer to is its own, and its nodes are called as they were', async () => {
  const opened = await openSnapshot();
  await cloneCluster(copy, 'ready', opened.waiting);
  const [deployment, set, machine, infrastructure] = [
    await read(opened, machineDeploymentKind, 'test-workers'),
    await read(opened, machineSetKind, 'test-workers-s'),
    await read(opened, machineKind, 'test-a'),
    await read(opened, igniteMachineKind, 'test-a'),
  ];
  assert.deepEqual(deployment.metadata.annotations, { team: 'a' });
  assert.equal(controllerOf(set)?.uid, deployment.metadata.uid);
  assert.equal(controllerOf(machine)?.uid, set.metadata.uid);
  assert.equal(controllerOf(infrastructure)?.uid, machine.metadata.uid);
  assert.partialDeepStrictEqual(machine, {
    metadata: {
      labels: { 'cluster.x-k8s.io/cluster-name': 'test', 'cluster.x-k8s.io/set-name': 'test-workers-s' },
    },
    spec: {
      clusterName: 'test',
      bootstrap: { dataSecretName: 'test-a', configRef: { name: 'test-a' } },
      infrastructureRef: { name: 'test-a' },
    },
    status: { nodeRef: { name: 'a' } },
  });
  // Machines that are added later are of the same template, and behind the same router.
  assert.partialDeepStrictEqual(deployment.spec, {
    template: { spec: { infrastructureRef: { name: 'test-workers-t' } } },
  });
  assert.deepEqual(set.spec, {
    ...(set.spec as object),
    selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'test-workers' } },
  });
  const template = await read(opened, igniteMachineTemplateKind, 'test-workers-t');
  assert.partialDeepStrictEqual(template.spec, {
    template: { spec: { vm: { network: { router: 'test' } } } },
  });
});

test('a clone has the keys of the cluster, and no credentials of people', async () => {
  const opened = await openSnapshot();
  const made = await cloneCluster(copy, 'ready', opened.waiting);
  for (const name of ['test-ca', 'test-etcd', 'test-proxy', 'test-sa'])
    assert.equal(
      (await read(opened, secretObjects, name)).metadata.ownerReferences?.[0]?.uid,
      made.metadata.uid,
    );
  await assert.rejects(read(opened, secretObjects, 'test-kubeconfig'), { code: 'NOT_FOUND' });
});

/** Returns a client with which no object of a kind can be created. */
const failingToCreate = (kind: string, client: ObjectClient, failure: Error): ObjectClient =>
  new Proxy(client, {
    get: (target, method: keyof ObjectClient) =>
      method === 'create'
        ? async (...[resource, object, options]: Parameters<ObjectClient['create']>) => {
            if (object.kind === kind) throw failure;
            return await target.create(resource, object, options);
          }
        : target[method].bind(target),
  });

test('a clone that was cut short is finished by another call, and does not go on before', async () => {
  const opened = await openSnapshot();
  const { waiting, clusters } = opened;
  const cut = new Error('killed');
  for (const kind of ['MachineSet', 'HostPod', 'VM']) {
    const client = failingToCreate(kind, waiting.client, cut);
    await assert.rejects(cloneCluster(copy, 'ready', { ...waiting, client }), cut);
    assert.equal(isPaused(await clusters.get(copy)), true);
    await assert.rejects(resumeCluster(copy, waiting), {
      code: 'CLUSTER_RESTORING',
      hint: /cluster create default\/test --from ready"/,
    });
  }
  await cloneCluster(copy, 'ready', waiting);
  assert.equal(isPaused(await clusters.get(copy)), false);
  await assert.rejects(cloneCluster(copy, 'ready', waiting), { code: 'CLUSTER_EXISTS' });
  await assert.rejects(cloneCluster(key, 'ready', waiting), { code: 'CLUSTER_EXISTS' });
});

test('several clones of one snapshot have nothing in common', async () => {
  const opened = await openSnapshot();
  await cloneCluster(copy, 'ready', opened.waiting);
  await cloneCluster({ ...copy, name: 'other' }, 'ready', opened.waiting);
  const pods = (await new KindClient(opened.client, hostPodKind).list()).items;
  assert.deepEqual(
    pods.map(({ metadata: { name }, spec: { router, address: wanted } }) => [name, router, wanted]),
    [
      ['dev', undefined, undefined],
      ['other', 'other', address],
      ['test', 'test', address],
    ],
  );
  const names = (await new KindClient(opened.client, machineKind).list()).items.map(
    ({ metadata: { name } }) => name,
  );
  assert.deepEqual(names.toSorted(), ['a', 'b', 'other-a', 'other-b', 'test-a', 'test-b']);
});

test('an object of somebody else stays as it is, and no clone takes it for its own', async () => {
  const opened = await openSnapshot();
  const machines = objectsOf(opened.client, machineSetKind);
  const { spec } = await machines.get({ namespace: 'default', name: 'dev-workers-s' });
  await machines.create({ metadata: { ...metadata('test-workers-s'), labels: {} }, spec });
  await assert.rejects(cloneCluster(copy, 'ready', opened.waiting), {
    code: 'CLUSTER_NAME_TAKEN',
    message: /^MachineSet "test-workers-s" is there already/,
  });
});

test('a snapshot of which no cluster can be made is refused with the reason', async () => {
  const opened = await openSnapshot();
  const { waiting, client } = opened;
  const fails = async (why: RegExp, name = 'ready', to = copy) =>
    await assert.rejects(cloneCluster(to, name, waiting), { code: 'CLUSTER_SNAPSHOT_UNFIT', message: why });
  await assert.rejects(cloneCluster(copy, 'none', waiting), { code: 'CLUSTER_SNAPSHOT_NOT_FOUND' });
  await fails(/"dev-workers-s" would be too long|would be too long a name$/, 'ready', {
    ...copy,
    name: 'c'.repeat(62),
  });
  const clusters = new KindClient(client, clusterKind);
  const wrong: readonly (readonly [string, RegExp, object])[] = [
    [
      'elsewhere',
      /its endpoint 192\.0\.2\.1 is not that of its control plane/,
      { controlPlaneEndpoint: { host: '192.0.2.1', port: 6443 } },
    ],
    [
      'vms',
      /its control plane is in VMs/,
      {
        controlPlaneRef: {
          apiGroup: kubeadmControlPlaneKind.group,
          kind: 'KubeadmControlPlane',
          name: 'none',
        },
      },
    ],
  ];
  const { spec } = await clusters.get(key);
  for (const [name, why, change] of wrong) {
    await clusters.modify(key, (now) => ({ ...now, spec: { ...spec, ...change } }));
    await snapshotCluster(key, name, waiting);
    await fails(why, name);
  }
  await clusters.modify(key, (now) => ({ ...now, spec }));
  await objectsOf(client, machinePoolKind).create({
    metadata: metadata('dev-pool'),
    spec: {
      clusterName: 'dev',
      template: {
        spec: {
          clusterName: 'dev',
          bootstrap: { dataSecretName: 'x' },
          infrastructureRef: { apiGroup: 'x', kind: 'Y', name: 'z' },
        },
      },
    },
  });
  await snapshotCluster(key, 'pool', waiting);
  await fails(/it has the MachinePool dev-pool/, 'pool');
  await client.delete({ ...machinePoolKind, namespace: 'default', name: 'dev-pool' });
  await objectsOf(client, hostPodKind).create({ metadata: metadata('dev-2'), spec: { programs: [] } });
  await snapshotCluster(key, 'replicas', waiting);
  await fails(/its control plane has several replicas/, 'replicas');
  await client.delete({ ...hostPodKind, namespace: 'default', name: 'dev-2' });
  const { spec: ofTemplate } = await read(opened, igniteMachineTemplateKind, 'dev-workers-t');
  await objectsOf(client, igniteMachineTemplateKind).create({
    metadata: metadata('workers-t'),
    spec: ofTemplate,
  });
  await snapshotCluster(key, 'twice', waiting);
  await fails(/two objects would be the IgniteMachineTemplate test-workers-t$/, 'twice');
  const [part] = await waiting.snapshots.list(waiting.op.signal);
  await waiting.snapshots.remove(part!.metadata.uid, { force: true }, waiting.op);
  await fails(/the Snapshot a-0 of the VM a is gone$/);
  await assert.rejects(clusters.get(copy), { code: 'NOT_FOUND' });
});

test('nothing is made of objects that somebody has put into the Secret of a snapshot', async () => {
  const opened = await openSnapshot();
  const { client, waiting } = opened;
  const kept = objectsOf(client, secretObjects);
  const secret = (await kept.list()).items.find(({ metadata: { labels } }) => own.clusterSnapshot in labels)!;
  const planted = gzipSync(
    JSON.stringify([{ kind: secretObjects, object: { metadata: { name: 'planted' } } }]),
  );
  const data = { 'objects.json.gz': planted.toString('base64') };
  await kept.modify(secret.metadata, (now) => ({ ...now, data }));
  const refused = {
    code: 'CLUSTER_SNAPSHOT_UNFIT',
    message: /it does not hold the objects of its cluster, or they have been changed$/,
  };
  await assert.rejects(cloneCluster(copy, 'ready', waiting), refused);
  await client.delete({ ...secretObjects, namespace: 'default', name: secret.metadata.name });
  await assert.rejects(cloneCluster(copy, 'ready', waiting), refused);
});

test('a snapshot that somebody has made up holds nothing but what can belong to a cluster of its namespace', async () => {
  const opened = await openSnapshot();
  const { client, waiting } = opened;
  const [secrets, snapshots] = [
    objectsOf(client, secretObjects),
    new KindClient(client, clusterSnapshotKind),
  ];
  const { spec } = await snapshots.get({ namespace: 'default', name: 'ready' });
  const real = await secrets.get({ namespace: 'default', name: `cluster-snapshot-${spec.copy}` });
  const field = 'objects.json.gz';
  const { [field]: packed } = real['data'] as Readonly<Record<string, string>>;
  const objects = JSON.parse(gunzipSync(Buffer.from(packed!, 'base64')).toString()) as object[];
  const planted = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'planted' } };
  const roleBinding = {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource: 'rolebindings',
    kind: 'RoleBinding',
  };
  const { group, version, resource, kind } = secretObjects;
  for (const [copyName, more] of [
    [
      'elsewhere',
      {
        kind: { group, version, resource, kind },
        object: { ...planted, metadata: { namespace: 'other', name: 'planted' } },
      },
    ],
    ['rights', { kind: roleBinding, object: planted }],
  ] as const) {
    const made = gzipSync(JSON.stringify([...objects, more]));
    await secrets.create({
      metadata: { namespace: 'default', name: `cluster-snapshot-${copyName}` },
      data: { [field]: made.toString('base64') },
    });
    const digest = `sha256:${createHash('sha256').update(made).digest('hex')}`;
    await snapshots.create({
      metadata: { namespace: 'default', name: copyName },
      spec: { ...spec, copy: copyName, objects: digest },
    });
    await assert.rejects(cloneCluster(copy, copyName, waiting), {
      code: 'CLUSTER_SNAPSHOT_UNFIT',
      message: /or they have been changed$/,
    });
  }
});

test('a clone that is brought back to a snapshot of its own is not taken for one that is being made', async () => {
  const opened = await openSnapshot();
  const { waiting, clusters } = opened;
  await cloneCluster(copy, 'ready', waiting);
  await removeClusterSnapshot(key, 'ready', waiting);
  await snapshotCluster(copy, 'ready', waiting);
  const rollback = async (): Promise<never> => {
    throw new Error('killed');
  };
  const cut = { ...waiting, snapshots: { ...waiting.snapshots, rollback } };
  await assert.rejects(restoreCluster(copy, 'ready', cut), /killed/);
  await assert.rejects(resumeCluster(copy, waiting), {
    code: 'CLUSTER_RESTORING',
    hint: /cluster restore default\/test ready"/,
  });
  await assert.rejects(cloneCluster(copy, 'ready', waiting), { code: 'CLUSTER_EXISTS' });
  assert.equal(isPaused(await clusters.get(copy)), true);
});

test('the objects of a snapshot go with it, and with its cluster', async () => {
  const opened = await openSnapshot();
  const { client, waiting } = opened;
  const kept = async (): Promise<number> =>
    (await new KindClient(client, secretObjects).list()).items.filter(({ metadata: { labels } }) =>
      Object.hasOwn(labels, own.clusterSnapshot),
    ).length;
  assert.equal(await kept(), 1);
  await snapshotCluster(key, 'later', waiting);
  assert.equal(await kept(), 2);
  await removeClusterSnapshot(key, 'ready', waiting);
  assert.equal(await kept(), 1);
  await client.delete({ ...clusterSnapshotKind, namespace: 'default', name: 'later' });
  await assert.rejects(cloneCluster(copy, 'later', waiting), { code: 'CLUSTER_SNAPSHOT_NOT_FOUND' });
  await removeLeftParts(key, waiting);
  assert.equal(await kept(), 0);
});
