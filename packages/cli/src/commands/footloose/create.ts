import type { Client } from '@ignite/api/client/client';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import { clusterLabels } from '@ignite/legacy/footloose/cluster-label';
import { type Machine, machinesOf } from '@ignite/legacy/footloose/machines';
import { imageFor, planMachine, standIn } from '@ignite/legacy/footloose/plan-machine';
import type { Command } from '../../arguments/command.ts';
import { type Operation, assertLocal, withClient } from '../../context.ts';
import { ensureClusterKey } from './cluster-key.ts';
import { type ConfigFile, configFlags, readConfigFile } from './config-file.ts';
import { footlooseLog } from './footloose-log.ts';
import { freePorts } from './free-ports.ts';
import { machineVms } from './machine-vms.ts';

export const footlooseCreate: Command = {
  name: 'footloose create',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Create the machines of a Footloose cluster as VMs',
  details: [
    'Machines that exist are left alone. The key of the cluster is made if it does not exist.',
    `An image of quay.io/footloose that is not on this host is replaced by ${standIn} if that is on it.`,
  ],
  examples: ['ignite footloose create', 'ignite footloose -f footloose.yaml create'],
  flags: configFlags,
  run: async (invocation) => {
    await assertLocal(invocation, '"ignite footloose"');
    const file = await readConfigFile(invocation);
    const machines = machinesOf(file.config);
    const log = footlooseLog(invocation.io.err);
    const { privateKey } = file;
    const publicKey =
      privateKey === undefined
        ? undefined
        : await ensureClusterKey(privateKey, file.config.cluster.name, {
            onMissing: () => log('INFO', `Creating SSH key: ${file.config.cluster.privateKey} ...`),
            signal: invocation.signal,
          });
    return await withClient(invocation, async (client, op) => {
      const { own } = await machineVms(file.config.cluster.name, client, op.signal);
      const images = new Set((await client.images.list(op.signal)).map(({ metadata }) => metadata.name));
      for (const machine of machines) {
        const existing = own.get(machine.name);
        // One that was never started is of a command that was killed.
        if (existing?.status.phase === 'Created') await client.vms.start(existing.metadata.uid, {}, op);
        else if (existing) log('INFO', `Machine ${machine.name} is already created...`);
        else await createMachine(machine, { client, op, file, publicKey, images, log });
      }
      return 0;
    });
  },
};

interface Surroundings {
  readonly client: Client;
  readonly op: Operation;
  readonly file: ConfigFile;
  readonly publicKey: string | undefined;
  readonly images: ReadonlySet<string>;
  readonly log: ReturnType<typeof footlooseLog>;
}

async function createMachine(
  machine: Machine,
  { client, op, file, publicKey, images, log }: Surroundings,
): Promise<void> {
  const { name, spec } = machine;
  const image = imageFor(spec.image, (each) => images.has(each));
  if (image !== familiarSource(spec.image))
    log('WARN', `${spec.image} is not on this host: ${image} stands in for it`);
  const open = (spec.portMappings ?? []).filter(({ hostPort = 0 }) => hostPort === 0);
  const ports = [...(await freePorts(open.length))];
  const planned = planMachine(machine, { dir: file.dir, publicKey, image, freePort: () => ports.pop()! });
  for (const remark of planned.remarks) log('WARN', remark);
  log('INFO', `Creating machine: ${name} ...`);
  const labels = clusterLabels(file.config.cluster.name);
  const vm = await client.vms.create({ name, labels, spec: planned.spec, preflight: {} }, op);
  await client.vms.start(vm.metadata.uid, {}, op);
}
