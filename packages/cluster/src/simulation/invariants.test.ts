import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  kubeadmConfigKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineHealthCheckKind,
  machineKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import { createCluster, templateRef } from './sim-cluster.sample.ts';
import { simMachine, simMachineTemplate } from './sim-provider.sample.ts';
import { Simulation } from './simulation.sample.ts';

/** How many seeds are tried; more find rarer orders. */
const rounds = Number(process.env['IGNITE_CLUSTER_ROUNDS'] ?? 6);

const isWorker = ({ metadata }: Machine): boolean =>
  !Object.hasOwn(metadata.labels, 'cluster.x-k8s.io/control-plane');
const holds = ({ status }: Machine, type: string): boolean => isTrue(status?.conditions ?? [], type);

/** Looks at what must hold of Machines whatever happens. */
async function checkLimits(simulation: Simulation, surge: number): Promise<void> {
  const machines = await simulation.all<Machine>(machineKind);
  const workers = machines.filter(isWorker);
  assert.ok(workers.length <= 3 + surge, `${workers.length} workers`);
  assert.ok(machines.length - workers.length <= 4, 'a control plane has at most one Machine too many');
  assert.deepEqual(simulation.world.violations, []);
}

const replaced = (object: KubeObject, changes: object): KubeObject => ({
  ...object,
  spec: { ...(object.spec as object), ...changes },
});

async function roll(simulation: Simulation): Promise<void> {
  await simulation.change(kubeadmControlPlaneKind, 'dev', (object) =>
    replaced(object, { version: 'v1.36.3' }),
  );
  await simulation.change(machineDeploymentKind, 'dev-workers', (object) => {
    const { template } = (object as MachineDeployment).spec;
    const spec = { ...template.spec, version: 'v1.36.3', infrastructureRef: templateRef('large') };
    return replaced(object, { template: { ...template, spec } });
  });
}

describe('whatever the order, the faults and the delays', () => {
  for (let seed = 1; seed <= rounds; seed += 1)
    test(`a cluster comes up, repairs itself, rolls and goes, seed ${seed}`, async () => {
      using simulation = await Simulation.open({ seed, faults: 0.05, delays: 0.3 });
      // What people do is not what is tried here.
      const quietly = async (work: () => Promise<void>): Promise<void> => {
        simulation.client.isFaulty = false;
        await work();
        simulation.client.isFaulty = true;
      };
      const [surge, unavailable] = [seed % 3, seed % 2];
      const rollingUpdate = { maxSurge: surge, maxUnavailable: surge === 0 ? 1 : unavailable };
      const rollout = { strategy: { type: 'RollingUpdate', rollingUpdate } };
      await quietly(async () => {
        await simulation.create(simMachineTemplate, 'large', { template: { spec: { size: 'large' } } });
        await createCluster(simulation, 'dev', { controlPlanes: 3, workers: 3 }, rollout);
        await simulation.create(machineHealthCheckKind, 'dev', {
          clusterName: 'dev',
          selector: {},
          checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 120 }] },
        });
      });
      const onStep = async (): Promise<void> => await checkLimits(simulation, surge);
      const are = async (version: string): Promise<boolean> => {
        const machines = await simulation.all<Machine>(machineKind);
        return (
          machines.length === 6 &&
          machines.every((each) => each.spec.version === version && holds(each, 'Ready'))
        );
      };
      await simulation.until(async () => await are('v1.35.4'), { onStep });
      const failing = [...simulation.world.vms.values()].find(
        (vm) => vm.isControlPlane === (seed % 2 === 0),
      )!;
      await simulation.world.fail(failing);
      const isReplaced = (): boolean => !simulation.world.vms.has(failing.providerID);
      const isWhole = (): boolean => {
        const members = simulation.world.membersOf('default/dev');
        return members.length === 3 && members.every(({ isHealthy }) => isHealthy);
      };
      await simulation.until(async () => isReplaced() && isWhole() && (await are('v1.35.4')), { onStep });
      await quietly(async () => await roll(simulation));
      await simulation.until(async () => await are('v1.36.3'), { onStep });
      assert.equal(simulation.world.membersOf('default/dev').length, 3);
      assert.equal(simulation.world.vms.size, 6, 'no machine is left over');
      simulation.world.leave('default/dev');
      await quietly(
        async () =>
          void (await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' })),
      );
      await simulation.until(async () => (await simulation.all(clusterKind)).length === 0, { onStep });
      simulation.client.isFaulty = false;
      await simulation.collectGarbage();
      await simulation.until(async () => (await simulation.all(simMachine)).length === 0);
      assert.equal(simulation.world.vms.size, 0);
      for (const kind of [machineKind, machineSetKind, machineDeploymentKind, kubeadmConfigKind, simMachine])
        assert.deepEqual(await simulation.all(kind), [], kind.kind);
      assert.deepEqual(simulation.world.violations, []);
    });
});
