import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { connectionProbe } from '../contract/conditions.ts';
import { sampleControlPlane, sampleNetwork, samplePod } from '../hosted-control-plane/hosted.sample.ts';
import { planPrograms } from '../hosted-control-plane/plan-programs.ts';
import { clusterSnapshotKind, secretObjects } from '../kinds/object-kinds.ts';
import { cloneProblem } from './clone-problem.ts';
import { address, openWholeCluster } from './cloned-cluster.sample.ts';
import type { Made } from './list-made.ts';
import { planClone } from './plan-clone.ts';
import { key } from './running-cluster.sample.ts';
import { snapshotCluster } from './snapshot-cluster.ts';
import { readObjects } from './snapshot-objects.ts';

const { client, waiting } = await openWholeCluster();
await snapshotCluster(key, 'before', waiting);
const snapshot = await snapshotCluster(key, 'ready', waiting);
const made = (await readObjects(snapshot, client, waiting.op.signal))!;

const withSpec = (kind: string, spec: object): readonly Made[] =>
  made.map((each) =>
    each.kind.kind === kind
      ? { ...each, object: { ...each.object, spec: { ...(each.object['spec'] as object), ...spec } } }
      : each,
  );
const open = { network: { ports: [{}] } };
const unknown = made.map((each) =>
  each.kind.kind === 'VM'
    ? { ...each, object: { ...each.object, metadata: { ...each.object.metadata, uid: 'other' } } }
    : each,
);

for (const [what, objects, why] of [
  ['nothing is in the way', made, undefined],
  ['a load balancer', withSpec('HostPod', { balancer: {} }), /^it has a load balancer/],
  ['a ClusterClass', withSpec('Cluster', { topology: {} }), /^it is of a ClusterClass/],
  ['ports of a VM', withSpec('VM', open), /^the VM a has ports or further interfaces/],
  ['interfaces', withSpec('VM', { network: { interfaces: [{}] } }), /^the VM a has ports or further/],
  ['ports of a machine', withSpec('IgniteMachine', { vm: open }), /^the IgniteMachine a has ports/],
  [
    'ports of a template',
    withSpec('IgniteMachineTemplate', { template: { spec: { vm: open } } }),
    /^the IgniteMachineTemplate dev-workers-t has ports/,
  ],
  ['a VM that the snapshot does not have', unknown, /^it does not have the VM a$/],
] as const)
  test(`cloneProblem: ${what}`, () => {
    const problem = cloneProblem(objects, snapshot, 'test');
    if (why) assert.match(problem ?? '', why);
    else assert.equal(problem, undefined);
  });

test('a snapshot keeps neither the credentials of people nor other snapshots', async () => {
  const names = made.map(({ kind, object }) => `${kind.kind} ${object.metadata.name}`);
  assert.ok(names.includes('Secret dev-ca'));
  for (const name of ['ClusterSnapshot before', 'Secret dev-kubeconfig'])
    assert.ok(!names.includes(name), name);
  // Both were there when the snapshot was taken.
  for (const [kind, name] of [
    [secretObjects, 'dev-kubeconfig'],
    [clusterSnapshotKind, 'before'],
  ] as const)
    await objectsOf(client, kind).get({ namespace: 'default', name });
});

test('planClone: owners come before what they own, whatever the order in which they were listed', () => {
  const planned = planClone(made.toReversed(), snapshot, 'test');
  const done = new Set<string>();
  for (const { object, uidThen } of planned) {
    for (const { uid } of object.metadata.ownerReferences ?? [])
      assert.ok(done.has(uid), `${object.kind} before its owner`);
    done.add(uidThen);
  }
});

test('planClone: machines stay behind the router, and what was observed of the other objects is not told', () => {
  const planned = planClone(made, snapshot, 'test');
  const of = (kind: string) => planned.find((each) => each.kind.kind === kind)!;
  assert.partialDeepStrictEqual(of('IgniteMachine').object['spec'], { vm: { network: { router: 'test' } } });
  assert.equal((of('Cluster').status as { observedGeneration?: number }).observedGeneration, undefined);
});

test('planClone: nothing is said of the API server of a clone before it was asked', () => {
  const told = [connectionProbe, 'Available'].map((type) => ({ type, status: 'True' }));
  const planned = planClone(
    made.map((each) =>
      each.kind.kind === 'Cluster'
        ? { ...each, object: { ...each.object, status: { phase: 'Provisioned', conditions: told } } }
        : each,
    ),
    snapshot,
    'test',
  );
  assert.deepEqual(planned[0]!.status, { phase: 'Provisioned', conditions: [told[1]] });
});

test('planClone: the programs are those that the controller of the clone wants, which would start others again', () => {
  const programsOf = (clusterName: string) =>
    planPrograms({
      ...{ clusterName, spec: sampleControlPlane().spec, network: sampleNetwork, address },
      ...{ pod: samplePod({ 'kube-apiserver': 'v1.35.4' }), isReplicated: false, isVoting: true },
    });
  const commands = (programs: HostPod['spec']['programs']) => programs.map(({ command }) => command);
  const programs = programsOf('dev');
  assert.ok(commands(programs).flat().includes('--cluster-name=dev'));
  const planned = planClone(withSpec('HostPod', { programs }), snapshot, 'test');
  const { spec } = planned.find(({ kind }) => kind.kind === 'HostPod')!.object as unknown as HostPod;
  assert.deepEqual(commands(spec.programs), commands(programsOf('test')));
});

test('planClone: what controllers keep until they have cleared away stays so', () => {
  const cluster = made.find(({ kind }) => kind.kind === 'Cluster')!;
  const held = { ...cluster.object, metadata: { ...cluster.object.metadata, finalizers: ['a'] } };
  const planned = planClone([{ ...cluster, object: held }], snapshot, 'test');
  assert.deepEqual(planned[0]!.object.metadata.finalizers, ['a']);
});
