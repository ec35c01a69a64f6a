import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findCondition } from '../contract/conditions.ts';
import {
  clusterKind,
  clusterResourceSetBindingKind,
  clusterResourceSetKind,
  configMapObjects,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { createCluster } from '../simulation/sim-cluster.sample.ts';
import { Simulation } from '../simulation/simulation.sample.ts';
import { secrets } from '../workload/node.ts';

const place = { namespace: 'default' };
const clusterSelector = { matchLabels: { cni: 'own' } };
const manifest = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: kube-system}\nstringData: {value: ${value}}\n`;

/** Opens a simulation with a cluster that a set is for, and a set of these resources. */
async function open(strategy: 'ApplyOnce' | 'Reconcile', kind = 'ConfigMap'): Promise<Simulation> {
  const simulation = await Simulation.open({ seed: 3 });
  await createCluster(simulation, 'dev', { controlPlanes: 1, workers: 0 });
  await simulation.change(clusterKind, 'dev', (now) => ({
    ...now,
    metadata: { ...now.metadata, labels: { ...now.metadata.labels, cni: 'own' } },
  }));
  await simulation.create(clusterResourceSetKind, 'app', {
    ...{ clusterSelector, strategy },
    resources: [{ kind, name: 'manifests' }],
  });
  return simulation;
}

const create = async (simulation: Simulation, text: string): Promise<KubeObject> =>
  await objectsOf(simulation.client, configMapObjects).create({
    metadata: { ...place, name: 'manifests' },
    data: { 'app.yaml': text },
  });

async function valueIn(simulation: Simulation): Promise<unknown> {
  const found = await objectsOf(simulation.world.clientOf('default/dev'), secrets).find({
    ...{ namespace: 'kube-system', name: 'app' },
  });
  return (found?.['stringData'] as { readonly value?: unknown } | undefined)?.value;
}

const messageOf = async (simulation: Simulation): Promise<string | undefined> => {
  const [set] = await simulation.all(clusterResourceSetKind);
  const condition = set && findCondition(set, 'ResourcesApplied');
  return condition?.status === 'True' ? '' : condition?.message;
};

test('manifests are applied once the control plane answers, and once only; what was applied is noted', async () => {
  using simulation = await open('ApplyOnce');
  await simulation.until(async () => (await messageOf(simulation))?.includes('does not answer yet') ?? false);
  await simulation.until(
    async () => (await messageOf(simulation))?.startsWith('dev: ConfigMap manifests: ') ?? false,
  );
  await create(simulation, manifest('one'));
  await simulation.until(async () => (await messageOf(simulation)) === '');
  assert.equal(await valueIn(simulation), 'one');
  const [binding] = await simulation.all(clusterResourceSetBindingKind);
  const { bindings } = binding!.spec as {
    readonly bindings: readonly { readonly resources: readonly object[] }[];
  };
  assert.partialDeepStrictEqual(bindings, [
    { clusterResourceSetName: 'app', resources: [{ kind: 'ConfigMap', name: 'manifests', applied: true }] },
  ]);
  await simulation.change(configMapObjects, 'manifests', (now) => ({
    ...now,
    data: { 'app.yaml': manifest('two') },
  }));
  const later = simulation.nowMs + 300_000;
  await simulation.until(() => simulation.nowMs > later);
  assert.equal(await valueIn(simulation), 'one');
});

test('with Reconcile, manifests that change are applied again', async () => {
  using simulation = await open('Reconcile');
  await create(simulation, manifest('one'));
  await simulation.until(async () => (await valueIn(simulation)) === 'one');
  await simulation.change(configMapObjects, 'manifests', (now) => ({
    ...now,
    data: { 'app.yaml': manifest('two') },
  }));
  await simulation.until(async () => (await valueIn(simulation)) === 'two');
});

test('a Secret of another type, and a kind that the cluster does not know, are told and not applied', async () => {
  using simulation = await open('ApplyOnce', 'Secret');
  const all = objectsOf(simulation.client, secretObjects);
  await all.create({ metadata: { ...place, name: 'manifests' }, data: { a: btoa(manifest('one')) } });
  const isTold = (text: string) => async (): Promise<boolean> =>
    (await messageOf(simulation))?.includes(text) ?? false;
  await simulation.until(isTold('its type is not addons.cluster.x-k8s.io/resource-set'));
  await all.delete({ ...place, name: 'manifests' });
  await all.create({
    metadata: { ...place, name: 'manifests' },
    type: 'addons.cluster.x-k8s.io/resource-set',
    data: { a: btoa('apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n') },
  });
  await simulation.until(isTold('the cluster knows no kind Widget in example.com/v1'));
  assert.equal(await valueIn(simulation), undefined);
});
