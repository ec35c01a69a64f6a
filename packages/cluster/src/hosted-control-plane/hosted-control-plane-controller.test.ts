import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { HostPod, HostPodStatus } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { findCondition } from '../contract/conditions.ts';
import { finalizers, labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import { clusterKind, etcdClusterKind, hostedControlPlaneKind } from '../kinds/object-kinds.ts';
import { kinds } from '../kinds/kinds.ts';
import { simSchemas } from '../simulation/sim-schemas.sample.ts';
import { controllerFor, type Work } from '../runtime/controller.ts';
import { Objects } from '../runtime/objects.ts';
import { ProviderKinds } from '../runtime/provider-kinds.ts';
import { reconcileObject } from '../runtime/reconcile-object.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { ensureEtcdAuthorities } from '../workload/etcd-authorities.ts';
import { secrets } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { hostedControlPlaneController } from './hosted-control-plane-controller.ts';

const key = { namespace: 'default', name: 'dev' };
const workloadKinds = [
  ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => ({
    ...{ group: 'rbac.authorization.k8s.io', kind },
    isNamespaced: !kind.startsWith('Cluster'),
  })),
  ...['ConfigMap', 'ServiceAccount', 'Service'].map((kind) => ({ group: '', kind, isNamespaced: true })),
  ...['DaemonSet', 'Deployment'].map((kind) => ({ group: 'apps', kind, isNamespaced: true })),
].map((each) => ({
  ...each,
  ...{ version: 'v1', resource: `${each.kind.toLowerCase()}s`, hasStatus: false },
  names: 'PathSegment' as const,
}));

/** A control plane, its cluster, and a host that the test plays. */
async function open(spec: object = {}) {
  const stop = new AbortController();
  const client = new StoreObjectClient(new MemoryStore(), [...kinds, ...coreKinds].map(servedKindOf));
  const workload = new StoreObjectClient(new MemoryStore(), workloadKinds);
  let answers = false;
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const objects = new Objects({ client, clock, log: () => {}, signal: stop.signal });
  const work: Work = {
    ...{ objects, clock, schemas: simSchemas, log: () => {}, suffix: () => 'abcde' },
    providers: new ProviderKinds(client, []),
    etcdAt: () => assert.fail('there is no etcd'),
    workloads: {
      of: async () => (answers ? ({ objects: workload } as unknown as WorkloadCluster) : undefined),
    },
  };
  const { group, kind } = hostedControlPlaneKind;
  const controlPlaneRef = { apiGroup: group, kind, name: 'dev' };
  const cluster = await objects.create(clusterKind, { metadata: key, spec: { controlPlaneRef } });
  await objects.create(hostedControlPlaneKind, {
    metadata: { ...key, labels: { [labels.cluster]: 'dev' } },
    spec: { version: 'v1.35.4', ...spec },
  });
  const controlPlane = async () => (await objects.get(hostedControlPlaneKind, key))!;
  const pod = async () => await objects.get(hostPodKind, key);
  return {
    ...{ client, objects, workload, cluster, controlPlane, pod },
    setAnswers: () => (answers = true),
    reconcile: async (name = 'dev') =>
      await reconcileObject(
        controllerFor(hostedControlPlaneController),
        `default/${name}`,
        work,
        stop.signal,
      ),
    /** The host says what runs. */
    tell: async (status: Partial<HostPodStatus>) => {
      const now = (await pod())!;
      const programs = now.spec.programs.map(({ name, image }) => ({
        name,
        image,
        state: 'Running',
        isReady: true,
      }));
      const condition = {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        message: '',
        lastTransitionTime: '',
      };
      await objects.writeStatus(hostPodKind, {
        ...now,
        status: {
          ...{ programs, conditions: [condition], observedGeneration: now.metadata.generation },
          ...status,
        },
      } as HostPod);
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}

const waitsFor = async (at: Awaited<ReturnType<typeof open>>): Promise<string> =>
  findCondition(await at.controlPlane(), 'Available')?.message ?? '';

test('a control plane comes up: an address, keys, the API server, the others, and what nodes need', async () => {
  using at = await open();
  await at.reconcile();
  assert.equal(await waitsFor(at), 'a host has to give the API server an address');
  assert.deepEqual((await at.pod())?.spec.programs, []);
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  assert.deepEqual((await at.controlPlane()).spec.controlPlaneEndpoint, { host: '10.61.0.2', port: 6443 });
  const names = async () => (await at.pod())?.spec.programs.map(({ name }) => name);
  assert.deepEqual(await names(), ['etcd', 'kube-apiserver']);
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  assert.deepEqual(await names(), ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
  assert.equal((await at.controlPlane()).status?.initialization, undefined);
  at.setAnswers();
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  const { status } = await at.controlPlane();
  assert.equal(status?.initialization?.controlPlaneInitialized, true);
  assert.equal(`${status?.version} ${status?.availableReplicas}`, 'v1.35.4 1');
  const written = await at.workload.get({
    ...{ group: '', version: 'v1', resource: 'configmaps' },
    ...{ namespace: 'kube-public', name: 'cluster-info' },
  });
  assert.match(JSON.stringify(written), /https:\/\/10\.61\.0\.2:6443/);
});

test('a pod of somebody else is neither used nor deleted', async () => {
  using at = await open();
  await at.objects.create(hostPodKind, { metadata: key, spec: {} });
  await at.reconcile();
  assert.equal(await waitsFor(at), 'the HostPod dev belongs to somebody else');
  await objectsOf(at.client, hostedControlPlaneKind).delete(key);
  await at.objects.delete(hostedControlPlaneKind, await at.controlPlane());
  await at.reconcile();
  assert.ok(await at.pod());
});

test('a control plane that its cluster does not name gets no keys and no pod', async () => {
  using at = await open();
  await at.reconcile();
  const other = { namespace: 'default', name: 'other' };
  await at.objects.create(hostedControlPlaneKind, {
    metadata: { ...other, labels: { [labels.cluster]: 'dev' } },
    spec: { version: 'v1.35.4' },
  });
  await at.reconcile('other');
  const found = (await at.objects.get(hostedControlPlaneKind, other))!;
  const message = 'spec.controlPlaneRef of the Cluster dev does not name it';
  assert.equal(findCondition(found, 'Available')?.message, message);
  assert.equal(found.metadata.ownerReferences, undefined);
  assert.equal(await at.objects.get(hostPodKind, other), undefined);
});

test('a Secret of somebody else is left as it is, and told', async () => {
  using at = await open();
  const foreign = { namespace: 'default', name: 'dev-hosted-etcd' };
  const made = await objectsOf(at.client, secrets).create({ metadata: foreign, data: { mine: 'YQ==' } });
  await at.reconcile();
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  assert.deepEqual(await objectsOf(at.client, secrets).get(foreign), made);
  assert.equal(await waitsFor(at), 'the Secret dev-hosted-etcd belongs to somebody else');
  assert.deepEqual((await at.pod())?.spec.programs, []);
});

test('the keys of a replica that is gone go, whenever it went', async () => {
  using at = await open();
  await at.reconcile();
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  const namesOf = async () =>
    (await objectsOf(at.client, secrets).list()).items.map(({ metadata }) => metadata.name);
  const known = await namesOf();
  const left = { namespace: 'default', labels: { [labels.cluster]: 'dev' } };
  const owner = controllerReference(hostedControlPlaneKind, await at.controlPlane());
  for (const [name, ownerReferences] of [
    ['dev-hosted-2-controller-manager', [owner]],
    ['dev-hosted-3-scheduler', []],
  ] as const)
    await objectsOf(at.client, secrets).create({ metadata: { ...left, name, ownerReferences } });
  await at.reconcile();
  assert.deepEqual(await namesOf(), [...known, 'dev-hosted-3-scheduler'].toSorted());
});

test('an endpoint of people is where clients go, and the API server listens at its own port', async () => {
  using at = await open({ controlPlaneEndpoint: { host: 'api.example', port: 443 } });
  await at.reconcile();
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  const server = (await at.pod())!.spec.programs.find(({ name }) => name === 'kube-apiserver')!;
  assert.ok(server.command.includes('--secure-port=6443'));
  assert.equal(server.probe?.port, 6443);
  const kubeconfig = await objectsOf(at.client, secrets).get({
    namespace: 'default',
    name: 'dev-kubeconfig',
  });
  const { value } = (kubeconfig as unknown as { readonly data: { readonly value: string } }).data;
  assert.match(Buffer.from(value, 'base64').toString(), /https:\/\/api\.example:443/);
});

test('several replicas do not begin without an endpoint that leads to all of them', async () => {
  using at = await open({ replicas: 3 });
  await at.reconcile();
  assert.equal(
    await waitsFor(at),
    'several replicas need spec.loadBalancer of the IgniteCluster, or spec.controlPlaneEndpoint that leads to them',
  );
  assert.equal(await at.pod(), undefined);
});

test('a replica that is the endpoint itself stays the only one, and it is said why', async () => {
  using at = await open();
  at.setAnswers();
  await at.reconcile();
  const settle = async (): Promise<void> => {
    for (let look = 0; look < 3; look += 1) {
      await at.tell({ address: '10.61.0.2' });
      await at.reconcile();
    }
  };
  await settle();
  const { programs } = (await at.pod())!.spec;
  const now = await at.controlPlane();
  await at.objects.write(hostedControlPlaneKind, now, { ...now, spec: { ...now.spec, replicas: 3 } });
  await settle();
  assert.deepEqual((await at.pod())!.spec.programs, programs);
  const { status, reason, message } = findCondition(await at.controlPlane(), 'ScalingUp')!;
  assert.deepEqual([status, reason], ['True', 'ScalingUp']);
  assert.equal(
    message,
    'the endpoint of the cluster is the address of its first replica, and leads to no other one',
  );
  assert.equal((await at.objects.controlledBy(hostPodKind, now)).length, 1);
});

test('with an etcd elsewhere, the API server is a client of it, once it has answered', async () => {
  using at = await open({ etcd: { external: { name: 'db' } } });
  await at.reconcile();
  assert.equal(await waitsFor(at), 'there is no EtcdCluster db');
  const place = { namespace: 'default', name: 'db' };
  const made = await at.objects.create(etcdClusterKind, { metadata: place, spec: { version: '3.6.5' } });
  await at.reconcile();
  assert.equal(await waitsFor(at), 'the EtcdCluster db has never answered yet');
  const owner = controllerReference(etcdClusterKind, made);
  await ensureEtcdAuthorities(at.client, place, { owner, nowMs: Date.now() }, AbortSignal.timeout(60_000));
  const endpoints = ['https://10.61.0.7:2379'];
  await at.objects.writeStatus(etcdClusterKind, { ...made, status: { initialized: true, endpoints } });
  await at.reconcile();
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  const [server, ...others] = (await at.pod())!.spec.programs;
  assert.deepEqual([server?.name, others], ['kube-apiserver', []]);
  assert.ok(server!.command.includes(`--etcd-servers=${endpoints[0]}`));
  const secret = async (name: string) =>
    await objectsOf(at.client, secrets).find({ namespace: 'default', name });
  assert.equal(await secret('dev-hosted-etcd'), undefined);
  const keys = (await secret('dev-hosted-apiserver'))!;
  const authority = new X509Certificate(textIn((await secret('db-etcd-clients'))!, 'tls.crt')!);
  assert.equal(textIn(keys, 'etcd-ca.crt'), authority.toString());
  assert.ok(new X509Certificate(textIn(keys, 'etcd-client.crt')!).checkIssued(authority));
});

test('an upgrade is written into the cluster once its API server serves in that version', async () => {
  using at = await open();
  at.setAnswers();
  await at.reconcile();
  for (let look = 0; look < 3; look += 1) {
    await at.tell({ address: '10.61.0.2' });
    await at.reconcile();
  }
  const proxyImage = async (): Promise<string> => {
    const place = { namespace: 'kube-system', name: 'kube-proxy' };
    const set = await at.workload.get({ group: 'apps', version: 'v1', resource: 'daemonsets', ...place });
    return /kube-proxy:(v[\d.]+)/.exec(JSON.stringify(set))![1]!;
  };
  assert.equal(await proxyImage(), 'v1.35.4');
  const now = await at.controlPlane();
  await at.objects.write(hostedControlPlaneKind, now, { ...now, spec: { ...now.spec, version: 'v1.36.0' } });
  await at.reconcile();
  assert.equal(await proxyImage(), 'v1.35.4');
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  assert.equal(await proxyImage(), 'v1.36.0');
});

test('an upgrade keeps what people have set of kubelets, kube-proxy and CoreDNS', async () => {
  using at = await open();
  at.setAnswers();
  await at.reconcile();
  for (let look = 0; look < 3; look += 1) {
    await at.tell({ address: '10.61.0.2' });
    await at.reconcile();
  }
  const place = { version: 'v1', namespace: 'kube-system' };
  const theirs = [
    [{ ...place, group: '', resource: 'configmaps', name: 'kubelet-config' }, { data: { kubelet: 'a: 1' } }],
    [
      { ...place, group: '', resource: 'configmaps', name: 'kube-proxy' },
      { data: { 'config.conf': 'b: 2' } },
    ],
    [{ ...place, group: 'apps', resource: 'deployments', name: 'coredns' }, { spec: { replicas: 5 } }],
  ] as const;
  const [, , [coreDns]] = theirs;
  assert.match(JSON.stringify(await at.workload.get(coreDns)), /"replicas":2/);
  for (const [object, changes] of theirs) await at.workload.patch(object, { type: 'merge', changes });
  const now = await at.controlPlane();
  await at.objects.write(hostedControlPlaneKind, now, { ...now, spec: { ...now.spec, version: 'v1.36.0' } });
  for (let look = 0; look < 2; look += 1) {
    await at.reconcile();
    await at.tell({ address: '10.61.0.2' });
  }
  await at.reconcile();
  for (const [object, changes] of theirs) {
    const [text] = JSON.stringify(Object.values(changes)[0]).match(/[^{}]+/)!;
    assert.ok(JSON.stringify(await at.workload.get(object)).includes(text), text);
  }
});

test('behind a router, the kubeconfig leads to where the host reaches the API server, and never elsewhere', async () => {
  using at = await open();
  await at.reconcile();
  const { metadata, spec } = (await at.pod())!;
  await at.objects.delete(hostPodKind, (await at.pod())!);
  const { name, namespace, labels: own, ownerReferences = [] } = metadata;
  await at.objects.create(hostPodKind, {
    metadata: { name, namespace, labels: own, ownerReferences },
    spec: { ...spec, router: 'dev' },
  });
  const kubeconfig = { namespace: 'default', name: 'dev-kubeconfig' };
  await at.tell({ address: '10.61.0.2' });
  await at.reconcile();
  assert.equal(await waitsFor(at), 'a host has to reach the API server behind its router');
  assert.equal(await objectsOf(at.client, secrets).find(kubeconfig), undefined);
  await at.tell({ address: '10.61.0.2', reachedAt: '10.62.0.2' });
  await at.reconcile();
  const text = textIn(await objectsOf(at.client, secrets).get(kubeconfig), 'value')!;
  assert.match(text, /server: https:\/\/10\.62\.0\.2:6443\n/);
  assert.match(text, /tls-server-name: kubernetes\n/);
});

test('a cluster that has begun gets no other pod, which would be empty', async () => {
  using at = await open();
  await at.reconcile();
  await at.objects.writeStatus(hostedControlPlaneKind, {
    ...(await at.controlPlane()),
    status: { initialization: { controlPlaneInitialized: true } },
  });
  await at.objects.delete(hostPodKind, (await at.pod())!);
  await at.reconcile();
  assert.equal(await at.pod(), undefined);
  assert.equal(await waitsFor(at), 'the HostPod dev is gone, and with it the data of the cluster');
});

test('a cluster that has begun does not begin again in a pod that was to join it', async () => {
  using at = await open({ controlPlaneEndpoint: { host: 'api.example', port: 443 } });
  await at.reconcile();
  const begun = await at.objects.writeStatus(hostedControlPlaneKind, {
    ...(await at.controlPlane()),
    status: { initialization: { controlPlaneInitialized: true } },
  });
  const first = (await at.pod())!;
  const place = { namespace: 'default', name: 'dev-2' };
  const second = await at.objects.create(hostPodKind, {
    metadata: { ...place, ownerReferences: [controllerReference(hostedControlPlaneKind, begun)] },
    spec: first.spec,
  });
  await at.objects.writeStatus(hostPodKind, { ...second, status: { address: '10.61.0.3' } } as HostPod);
  await at.objects.delete(hostPodKind, first);
  await at.reconcile();
  assert.deepEqual((await at.objects.get(hostPodKind, place))?.spec.programs, []);
  assert.equal(await waitsFor(at), 'the HostPod dev is gone, and with it the data of the cluster');
});

test('a cluster that has begun gets no other authority', async () => {
  using at = await open();
  await at.reconcile();
  await at.objects.writeStatus(hostedControlPlaneKind, {
    ...(await at.controlPlane()),
    status: { initialization: { controlPlaneInitialized: true } },
  });
  await objectsOf(at.client, secrets).delete({ namespace: 'default', name: 'dev-ca' });
  await at.reconcile();
  assert.equal(await waitsFor(at), 'keys of the cluster are missing');
});

test('the host clears the pod away before the control plane goes, and no key is left', async () => {
  using at = await open();
  await at.reconcile();
  const pods = new KindClient(at.client, hostPodKind);
  const held = await pods.modify(key, (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: ['host'] },
  }));
  await at.objects.writeStatus(hostPodKind, held);
  await at.objects.delete(hostedControlPlaneKind, await at.controlPlane());
  await at.reconcile();
  assert.ok((await pods.get(key)).metadata.deletionTimestamp);
  assert.deepEqual((await at.controlPlane()).metadata.finalizers, [finalizers.hostedControlPlane]);
  const leaving = await pods.get(key);
  await at.objects.write(hostPodKind, leaving, {
    ...leaving,
    metadata: { ...leaving.metadata, finalizers: [] },
  });
  await at.reconcile();
  assert.equal(await new KindClient(at.client, hostedControlPlaneKind).find(key), undefined);
  assert.deepEqual((await objectsOf(at.client, secrets).list()).items, []);
});
