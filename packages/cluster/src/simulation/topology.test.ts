import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, isTrue } from '@ignite/toolkit/object/condition';
import { findCondition } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineHealthCheck } from '../kinds/machine-health-check.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterClassKind,
  clusterKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineHealthCheckKind,
  machineKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { Topology } from '../kinds/topology.ts';
import { createClass, createTopology, pool, simClass } from './sim-class.sample.ts';
import { simCluster, simMachine, simMachineTemplate } from './sim-provider.sample.ts';
import { Simulation, type SimulationOptions } from './simulation.sample.ts';

const clusterOf = async (simulation: Simulation): Promise<Cluster> =>
  (await simulation.all<Cluster>(clusterKind))[0]!;

const reconciled = async (simulation: Simulation): Promise<Condition | undefined> =>
  findCondition(await clusterOf(simulation), 'TopologyReconciled');

const machinesOf = async (simulation: Simulation): Promise<readonly Machine[]> =>
  await simulation.all<Machine>(machineKind);

const deploymentsOf = async (simulation: Simulation): Promise<readonly MachineDeployment[]> =>
  await simulation.all<MachineDeployment>(machineDeploymentKind);

const isSettled = async (simulation: Simulation, machines: number): Promise<boolean> => {
  const all = await machinesOf(simulation);
  return (
    (await reconciled(simulation))?.status === 'True' &&
    all.length === machines &&
    all.every(({ status }) => isTrue(status?.conditions ?? [], 'Ready'))
  );
};

const retopologize = async (simulation: Simulation, change: (old: Topology) => Topology): Promise<void> =>
  await simulation.change(clusterKind, 'dev', (object) => {
    const { spec } = object as Cluster;
    return { ...object, spec: { ...spec, topology: change(spec.topology!) } };
  });

async function withTopology(
  topology: Partial<Topology> = {},
  options: Partial<SimulationOptions> = {},
): Promise<Simulation> {
  const simulation = await Simulation.open({ seed: 11, ...options });
  simulation.client.isFaulty = false;
  await createClass(simulation, 'any');
  await createTopology(simulation, 'dev', topology);
  simulation.client.isFaulty = true;
  return simulation;
}

test('a cluster comes up from its class, with labels, health checks and owners of its parts', async () => {
  using simulation = await withTopology();
  await simulation.until(async () => await isSettled(simulation, 4));
  const { spec, metadata } = await clusterOf(simulation);
  assert.match(spec.infrastructureRef!.name, /^dev-[0-9a-f]{5}$/);
  const deployments = await deploymentsOf(simulation);
  assert.deepEqual(deployments.map((each) => each.metadata.name.replace(/-[0-9a-f]{5}$/, '')).toSorted(), [
    'dev-a',
    'dev-b',
  ]);
  for (const each of deployments) {
    assert.equal(each.metadata.labels['topology.cluster.x-k8s.io/owned'], '');
    assert.equal(each.metadata.labels['tier'], 'class');
    assert.equal(each.metadata.ownerReferences?.[0]?.uid, metadata.uid);
  }
  const checks = await simulation.all<MachineHealthCheck>(machineHealthCheckKind);
  assert.deepEqual(
    checks.map(({ status }) => `${status?.currentHealthy} of ${status?.expectedMachines}`).toSorted(),
    ['1 of 1', '1 of 1', '2 of 2'],
  );
  const infrastructure = await simulation.all(simMachine);
  assert.deepEqual(
    infrastructure.map((each) => (each.spec as { size: string }).size),
    ['small', 'small', 'small', 'small'],
  );
  assert.deepEqual(simulation.failures, []);
  const versions = async (): Promise<readonly string[]> =>
    (
      await Promise.all(
        [clusterKind, machineDeploymentKind, kubeadmControlPlaneKind, simMachineTemplate].map(
          async (kind) => await simulation.all(kind),
        ),
      )
    )
      .flat()
      .map((each) => each.metadata.resourceVersion);
  const settled = await versions();
  const later = simulation.nowMs + 3_600_000;
  await simulation.until(() => simulation.nowMs > later);
  assert.deepEqual(await versions(), settled, 'nothing is written where nothing changes');
});

test('an upgrade takes the control plane first, and then one MachineDeployment after the other', async () => {
  using simulation = await withTopology({ controlPlane: { replicas: 3 } });
  await simulation.until(async () => await isSettled(simulation, 6));
  await retopologize(simulation, (old) => ({ ...old, version: 'v1.36.3' }));
  const states = new Set<string>();
  await simulation.until(
    async () =>
      (await isSettled(simulation, 6)) &&
      (await machinesOf(simulation)).every(({ spec }) => spec.version === 'v1.36.3'),
    {
      onStep: async () => {
        const machines = await machinesOf(simulation);
        const old = machines.filter(({ spec }) => spec.version !== 'v1.36.3');
        const deployments = await deploymentsOf(simulation);
        const begun = deployments.filter(({ spec }) => spec.template.spec.version === 'v1.36.3');
        const isUnder = (deployment: MachineDeployment) => (machine: Machine) =>
          machine.metadata.labels['cluster.x-k8s.io/deployment-name'] === deployment.metadata.name;
        if (old.some(isOfControlPlane)) assert.equal(begun.length, 0, 'workers wait for the control plane');
        const rolling = begun.filter((each) => old.some(isUnder(each)));
        assert.ok(rolling.length <= 1, 'one MachineDeployment at a time');
        states.add((await reconciled(simulation))?.message ?? '');
      },
    },
  );
  assert.ok(
    [...states].some((each) => each.includes('the control plane is upgrading')),
    [...states].join('\n'),
  );
  assert.deepEqual(simulation.world.violations, []);
});

test('another value of a variable makes other templates, whose Machines take the places of the old ones', async () => {
  using simulation = await withTopology({ controlPlane: { replicas: 1 } });
  await simulation.until(async () => await isSettled(simulation, 4));
  const before = await simulation.all(simMachineTemplate);
  await retopologize(simulation, (old) => ({
    ...old,
    workers: {
      machineDeployments: [
        pool('a', 2, { variables: { overrides: [{ name: 'size', value: 'large' }] } }),
        pool('b', 1),
      ],
    },
  }));
  await simulation.until(async () => {
    const sizes = (await simulation.all(simMachine)).map(({ spec }) => (spec as { size: string }).size);
    return (await isSettled(simulation, 4)) && sizes.toSorted().join() === 'large,large,small,small';
  });
  await simulation.until(async () => (await simulation.all(simMachineTemplate)).length === before.length);
  const after = await simulation.all(simMachineTemplate);
  for (const template of after) {
    const known = before.find(({ metadata }) => metadata.uid === template.metadata.uid);
    if (known) assert.deepEqual(template.spec, known.spec, 'no template ever changes');
  }
  assert.equal(
    after.filter(({ metadata }) => !before.some((each) => each.metadata.uid === metadata.uid)).length,
    1,
  );
});

test('labels, timeouts and replicas change in place', async () => {
  using simulation = await withTopology();
  await simulation.until(async () => await isSettled(simulation, 4));
  const before = new Set((await machinesOf(simulation)).map(({ metadata }) => metadata.uid));
  await retopologize(simulation, (old) => ({
    ...old,
    controlPlane: { replicas: 3, metadata: { labels: { team: 'x' } } },
    workers: {
      machineDeployments: [
        pool('a', 3, {
          metadata: { labels: { tier: 'topology' } },
          deletion: { nodeDrainTimeoutSeconds: 7 },
        }),
        pool('b', 1),
      ],
    },
  }));
  await simulation.until(async () => await isSettled(simulation, 7));
  const machines = await machinesOf(simulation);
  assert.equal(machines.filter(({ metadata }) => before.has(metadata.uid)).length, 4, 'none is replaced');
  const ofA = machines.filter(
    ({ metadata }) => metadata.labels['topology.cluster.x-k8s.io/deployment-name'] === 'a',
  );
  assert.deepEqual(
    ofA.map(({ metadata, spec }) => [metadata.labels['tier'], spec.deletion?.nodeDrainTimeoutSeconds]),
    Array.from({ length: 3 }, () => ['topology', 7]),
  );
  const [controlPlane] = await simulation.all<KubeadmControlPlane>(kubeadmControlPlaneKind);
  assert.equal(controlPlane?.metadata.labels['team'], 'x');
});

test('what the topology says no more goes, and what others say stays', async () => {
  using simulation = await withTopology({
    workers: {
      machineDeployments: [
        pool('a', 1, {
          metadata: { annotations: { note: 'x' } },
          rollout: { strategy: { type: 'OnDelete' } },
        }),
        pool('b', 1),
      ],
    },
  });
  await simulation.until(async () => await isSettled(simulation, 3));
  const name = (await deploymentsOf(simulation)).find(({ metadata }) => metadata.annotations['note'])!
    .metadata.name;
  await simulation.change(machineDeploymentKind, name, (object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, mine: 'y' } },
    spec: { ...(object as MachineDeployment).spec, paused: true },
  }));
  await retopologize(simulation, (old) => ({ ...old, workers: { machineDeployments: [pool('a', 1)] } }));
  await simulation.until(
    async () => (await isSettled(simulation, 2)) && (await deploymentsOf(simulation)).length === 1,
  );
  const [left] = await deploymentsOf(simulation);
  assert.equal(left?.metadata.name, name);
  assert.equal(left.metadata.annotations['note'], undefined);
  assert.equal(left.metadata.annotations['mine'], 'y');
  assert.equal(left.spec.rollout, undefined);
  assert.equal(left.spec.paused, true);
  assert.equal((await simulation.all(machineHealthCheckKind)).length, 2);
  assert.equal((await simulation.all(machineSetKind)).length, 1);
});

test('a change of the class reaches its clusters, and so does another class that fits', async () => {
  using simulation = await withTopology();
  await simulation.until(async () => await isSettled(simulation, 4));
  await simulation.change(clusterClassKind, 'any', (object) => ({
    ...object,
    spec: { ...simClass, patches: [] },
  }));
  const sizes = async (): Promise<string> =>
    (await simulation.all(simMachine)).map(({ spec }) => String((spec as { size?: string }).size)).join();
  await simulation.until(
    async () =>
      (await isSettled(simulation, 4)) && (await sizes()) === 'undefined,undefined,undefined,undefined',
  );
  await simulation.create(clusterClassKind, 'other', simClass);
  await retopologize(simulation, (old) => ({ ...old, classRef: { name: 'other' } }));
  await simulation.until(
    async () => (await isSettled(simulation, 4)) && (await sizes()) === 'small,small,small,small',
  );
});

test('a topology that is wrong is told, and the cluster stays as it is', async () => {
  using simulation = await withTopology();
  await simulation.until(async () => await isSettled(simulation, 4));
  const before = JSON.stringify(await deploymentsOf(simulation));
  const cases: readonly (readonly [Partial<Topology>, RegExp])[] = [
    [{ variables: [{ name: 'size', value: 'huge' }] }, /variable size/],
    [{ variables: [{ name: 'colour', value: 'red' }] }, /no variable colour/],
    [{ classRef: { name: 'missing' } }, /there is no ClusterClass missing/],
    [{ classRef: { name: 'any', namespace: 'other' } }, /must be in the namespace/],
    [{ version: 'v1.34.0' }, /cannot go back to v1.34.0/],
    [{ version: 'v1.37.2' }, /cannot skip a minor version: upgrade to a version v1.36 first/],
    [
      { workers: { machineDeployments: [{ class: 'gpu', name: 'a' }] } },
      /no MachineDeployments of the class gpu/,
    ],
  ];
  const { topology } = (await clusterOf(simulation)).spec;
  for (const [change, problem] of cases) {
    await retopologize(simulation, () => ({ ...topology!, ...change }));
    await simulation.until(async () => problem.test((await reconciled(simulation))?.message ?? ''));
    assert.equal((await reconciled(simulation))?.reason, 'ReconcileFailed');
    assert.equal(JSON.stringify(await deploymentsOf(simulation)), before);
  }
  await retopologize(simulation, () => topology!);
  await simulation.until(async () => await isSettled(simulation, 4));
});

test('an upgrade over several minor versions goes through those that the class names', async () => {
  using simulation = await Simulation.open({ seed: 3 });
  await createClass(simulation, 'any', {
    ...simClass,
    kubernetesVersions: ['v1.35.4', 'v1.36.3', 'v1.37.2'],
  });
  await createTopology(simulation, 'dev', { workers: { machineDeployments: [pool('a', 1)] } });
  await simulation.until(async () => await isSettled(simulation, 2));
  await retopologize(simulation, (old) => ({ ...old, version: 'v1.37.2' }));
  const seen = new Set<string>();
  await simulation.until(
    async () =>
      (await isSettled(simulation, 2)) &&
      (await machinesOf(simulation)).every(({ spec }) => spec.version === 'v1.37.2'),
    {
      onStep: async () => {
        for (const { spec } of (await machinesOf(simulation)).filter(isOfControlPlane))
          seen.add(spec.version!);
      },
    },
  );
  assert.deepEqual([...seen], ['v1.35.4', 'v1.36.3', 'v1.37.2']);
});

test('nothing is left of a cluster that is deleted, and its class stays', async () => {
  using simulation = await withTopology();
  await simulation.until(async () => await isSettled(simulation, 4));
  simulation.world.leave('default/dev');
  await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' });
  await simulation.until(async () => (await simulation.all(clusterKind)).length === 0);
  await simulation.collectGarbage();
  for (const kind of [
    machineKind,
    machineDeploymentKind,
    kubeadmControlPlaneKind,
    machineHealthCheckKind,
    simCluster,
  ])
    assert.deepEqual(await simulation.all(kind), [], kind.kind);
  const names = async (kind: typeof simMachineTemplate): Promise<readonly string[]> =>
    (await simulation.all(kind)).map(({ metadata }) => metadata.name).toSorted();
  assert.deepEqual(await names(simMachineTemplate), ['control-plane', 'workers']);
  assert.deepEqual(await names(kubeadmConfigTemplateKind), ['workers']);
});

for (const seed of [1, 2, 3])
  test(`with faults and delays (seed ${seed}), a topology comes up, is upgraded and leaves no double`, async () => {
    using simulation = await withTopology({}, { seed, faults: 0.1, delays: 0.2 });
    await simulation.until(async () => await isSettled(simulation, 4));
    simulation.client.isFaulty = false;
    await retopologize(simulation, (old) => ({
      ...old,
      version: 'v1.36.3',
      variables: [{ name: 'size', value: 'large' }],
    }));
    simulation.client.isFaulty = true;
    await simulation.until(
      async () =>
        (await isSettled(simulation, 4)) &&
        (await machinesOf(simulation)).every(({ spec }) => spec.version === 'v1.36.3'),
    );
    assert.deepEqual(simulation.world.violations, []);
    assert.equal((await simulation.all(kubeadmControlPlaneKind)).length, 1);
    assert.equal((await simulation.all(simCluster)).length, 1);
    assert.equal((await deploymentsOf(simulation)).length, 2);
    const templates = async (): Promise<number> => (await simulation.all(simMachineTemplate)).length;
    await simulation.until(async () => (await templates()) === 5);
  });
