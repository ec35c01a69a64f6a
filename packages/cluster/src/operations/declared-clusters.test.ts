import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executePlan } from '@ignite/toolkit/apply/execute-plan';
import { planApply } from '@ignite/toolkit/apply/plan-apply';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { keyText, objectKey } from '@ignite/toolkit/object/object-key';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import { clusterKind, hostedControlPlaneKind, machineDeploymentKind } from '../kinds/object-kinds.ts';
import type { ClusterRequest } from './cluster-request.ts';
import { declaredClusters } from './declared-clusters.ts';
import { planCluster } from './plan-cluster.ts';

const { signal } = new AbortController();
const op = { signal, report: () => {} };
const request: ClusterRequest = {
  namespace: 'default',
  name: 'prod',
  version: 'v1.35.4',
  distribution: 'kubeadm',
  controlPlane: { kind: 'hosted', replicas: 1 },
  workers: {
    replicas: 1,
    shape: { image: 'ignite-kubernetes:v1.35.4', cpus: 2, memory: '2GB', diskSize: '10GB' },
  },
  podNetwork: { kind: 'podnet' },
  isEmulated: false,
};

const manifestsOf = (asked: ClusterRequest): readonly Manifest[] =>
  planCluster(asked).flatMap(({ kind, object }) => {
    if (kind.group === '') return []; // those of Kubernetes itself are applied elsewhere
    const apiVersion = `${kind.group}/${kind.version}`;
    const text = JSON.stringify({ ...object, apiVersion, kind: kind.kind });
    return decodeManifests(text, 'prod.yaml', new Scheme(kinds));
  });

function open() {
  const client = new StoreObjectClient(new MemoryStore(), [...coreKinds, ...kinds].map(servedKindOf));
  const { actuator, kindOrder } = declaredClusters(client);
  const plan = async (wanted: readonly Manifest[], inventory: SyncPlan | undefined): Promise<SyncPlan> => {
    const live = await actuator.observe(signal);
    return planApply({
      owner: 'site',
      wanted,
      live,
      inventory: (inventory?.stages.flat() ?? []).map(({ key }) => ({ ...key, digest: 'x' })),
      compared: await actuator.compare!(wanted, live, signal),
      effectOf: () => 'live',
      kindOrder,
      defaults: { drift: 'repair', replace: 'forbidden' },
      prune: { enabled: true, limitPercent: 100, isElsewhere: false, confirmed: true, brokenRevision: false },
      adopt: false,
    });
  };
  const apply = async (planned: SyncPlan): Promise<readonly string[]> => {
    const options = { owner: 'site', actuator, clock: new ManualClock(), concurrency: 1 };
    const wait = { healthTimeoutMs: 1_000, waitForHealth: false };
    const { results } = await executePlan(planned, [], { ...options, ...wait }, op);
    assert.deepEqual(
      results.filter(({ outcome }) => outcome !== 'applied'),
      [],
    );
    return results.map(({ key }) => keyText(key));
  };
  return { client, plan, apply };
}

const kindsOf = (keys: readonly string[]): readonly string[] => keys.map((key) => key.split('/')[0]!);
const changesIn = (plan: SyncPlan): readonly string[] =>
  plan.stages.flat().flatMap(({ changes }) => changes.map(({ path }) => path));

test('a cluster is created with the Cluster last, and what its controllers write is no drift', async () => {
  const { client, plan, apply } = open();
  const wanted = manifestsOf(request);
  const applied = await apply(await plan(wanted, undefined));
  assert.deepEqual(kindsOf(applied), [
    'ClusterResourceSet',
    'KubeadmConfigTemplate',
    'IgniteMachineTemplate',
    'IgniteCluster',
    'HostedControlPlane',
    'MachineDeployment',
    'Cluster',
  ]);
  const controlPlanes = new KindClient(client, hostedControlPlaneKind);
  const key = objectKey(wanted.find(({ kind }) => kind === 'HostedControlPlane')!);
  const endpoint = { host: '10.61.0.9', port: 6443 };
  await controlPlanes.modify(key, (now) => ({
    ...now,
    metadata: {
      ...now.metadata,
      labels: { ...now.metadata.labels, 'cluster.x-k8s.io/cluster-name': 'prod' },
    },
    spec: { ...now.spec, controlPlaneEndpoint: endpoint },
  }));
  assert.deepEqual(changesIn(await plan(wanted, undefined)), []);
  const newer = await plan(manifestsOf({ ...request, version: 'v1.36.3' }), undefined);
  assert.ok(changesIn(newer).includes('/spec/version'));
  const changed = newer.stages.map((stage) => stage.filter(({ kind }) => kind === 'change'));
  await apply({ ...newer, stages: changed.filter((stage) => stage.length > 0) });
  const { spec } = await controlPlanes.get(key);
  assert.deepEqual([spec.version, spec.controlPlaneEndpoint], ['v1.36.3', endpoint]);
});

test('what is declared no longer goes', async () => {
  const { client, plan, apply } = open();
  const labelled = manifestsOf(request).map((manifest) => ({
    ...manifest,
    metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, tier: 'gold' } },
  }));
  await apply(await plan(labelled, undefined));
  const next = await plan(manifestsOf(request), undefined);
  assert.deepEqual(new Set(changesIn(next)), new Set(['/metadata/labels/tier']));
  await apply(next);
  const { metadata } = await new KindClient(client, clusterKind).get({ namespace: 'default', name: 'prod' });
  assert.deepEqual(metadata.labels, { 'cluster.x-k8s.io/cluster-name': 'prod' });
});

test('with its Cluster, what a cluster still needs is left to it', async () => {
  const { client, plan, apply } = open();
  const wanted = manifestsOf(request);
  const first = await plan(wanted, undefined);
  await apply(first);
  const clusters = new KindClient(client, clusterKind);
  const deployments = new KindClient(client, machineDeploymentKind);
  const cluster = await clusters.modify({ namespace: 'default', name: 'prod' }, (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: ['cluster.x-k8s.io/cluster'] },
  }));
  const { apiVersion, kind, metadata } = cluster;
  const key = objectKey(wanted.find((each) => each.kind === 'MachineDeployment')!);
  await deployments.modify(key, (now) => ({
    ...now,
    metadata: {
      ...now.metadata,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }],
    },
  }));
  const removed = await apply(await plan([], first));
  assert.equal(removed[0], 'Cluster/prod');
  assert.notEqual(
    (await clusters.get({ namespace: 'default', name: 'prod' })).metadata.deletionTimestamp,
    undefined,
  );
  assert.equal((await deployments.get(key)).metadata.deletionTimestamp, undefined);
});

test('all objects of a cluster by k3s can be declared', async () => {
  const { plan, apply } = open();
  const { workers } = request;
  const k3s: ClusterRequest = {
    ...request,
    ...{ version: 'v1.35.4+k3s1', distribution: 'k3s', podNetwork: { kind: 'flannel' } },
    controlPlane: { kind: 'vm', replicas: 1, shape: workers.shape },
  };
  const applied = await apply(await plan(manifestsOf(k3s), undefined));
  assert.deepEqual(new Set(kindsOf(applied)), new Set(manifestsOf(k3s).map(({ kind }) => kind)));
  assert.ok(kindsOf(applied).includes('KThreesControlPlane'));
});
