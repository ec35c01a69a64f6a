/** Measures how much work the Cluster API controllers are: they bring up many clusters of a simulation. */
import { isTrue } from '@ignite/toolkit/object/condition';
import { machineKind } from '@ignite/cluster/kinds/object-kinds';
import type { Machine } from '@ignite/cluster/kinds/machine';
import { createCluster } from '../packages/cluster/src/simulation/sim-cluster.sample.ts';
import { Simulation } from '../packages/cluster/src/simulation/simulation.sample.ts';

const clusters = Number(process.argv[2] ?? 100);
const size = { controlPlanes: 3, workers: 7 };
const machines = clusters * (size.controlPlanes + size.workers);

const before = process.cpuUsage();
using simulation = await Simulation.open({ seed: 1 });
for (let at = 0; at < clusters; at += 1) await createCluster(simulation, `c${at}`, size);
const joined = (): number => [...simulation.world.vms.values()].filter(({ hasJoined }) => hasJoined).length;
const isReady = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Ready');
await simulation.until(
  async () =>
    joined() === machines && (await simulation.all<Machine>(machineKind)).filter(isReady).length === machines,
);
const { user, system } = process.cpuUsage(before);
console.log(
  `${clusters} clusters of 10 Machines to Ready: ${((user + system) / 1e6).toFixed(1)} s of CPU, ` +
    `${(simulation.client.calls / machines).toFixed(1)} writes and ` +
    `${(simulation.reconciles / machines).toFixed(1)} reconciles for each Machine, ` +
    `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
);
