import type { Client } from '@ignite/api/client/client';
import { isUp } from '@ignite/api/v1/vm-phase';
import type { Vm } from '@ignite/api/v1/vm';
import { type Machine, machinesOf } from '@ignite/legacy/footloose/machines';
import type { Command, Invocation } from '../../arguments/command.ts';
import { type Operation, assertLocal, withClient } from '../../context.ts';
import { configFlags, readConfigFile } from './config-file.ts';
import { footlooseLog } from './footloose-log.ts';
import { machineVms } from './machine-vms.ts';

interface Deed {
  readonly client: Client;
  readonly op: Operation;
  readonly tell: (message: string) => void;
}

type Act = (machine: Machine, vm: Vm, deed: Deed) => Promise<void>;

export const footlooseDelete: Command = {
  name: 'footloose delete',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Remove the machines of a Footloose cluster, with their disks',
  examples: ['ignite footloose delete'],
  flags: configFlags,
  run: async (invocation) =>
    await forMachines(invocation, async ({ name }, vm, { client, op, tell }) => {
      tell(
        isUp(vm)
          ? `Machine ${name} is started, stopping and deleting machine...`
          : `Deleting machine: ${name} ...`,
      );
      await client.vms.remove(vm.metadata.uid, { force: true }, op);
    }),
};

export const footlooseStart: Command = {
  name: 'footloose start',
  arguments: '[NAME...]',
  arity: { least: 0, most: Infinity },
  summary: 'Start all machines of a Footloose cluster, or those that are named',
  examples: ['ignite footloose start', 'ignite footloose start cluster-node0'],
  flags: configFlags,
  run: async (invocation) =>
    await forMachines(
      invocation,
      async ({ name }, vm, { client, op, tell }) => {
        if (isUp(vm)) return tell(`Machine ${name} is already started...`);
        tell(`Starting machine: ${name} ...`);
        await client.vms.start(vm.metadata.uid, {}, op);
      },
      { freesSpace: false },
    ),
};

export const footlooseStop: Command = {
  name: 'footloose stop',
  arguments: '[NAME...]',
  arity: { least: 0, most: Infinity },
  summary: 'Stop all machines of a Footloose cluster, or those that are named',
  examples: ['ignite footloose stop', 'ignite footloose stop cluster-node0'],
  flags: configFlags,
  run: async (invocation) =>
    await forMachines(invocation, async ({ name }, vm, { client, op, tell }) => {
      if (!isUp(vm)) return tell(`Machine ${name} is already stopped...`);
      tell(`Stopping machine: ${name} ...`);
      await client.vms.stop(vm.metadata.uid, { force: false }, op);
    }),
};

/** Does something with each machine that there is, in the order of the configuration. */
async function forMachines(
  invocation: Invocation,
  act: Act,
  { freesSpace = true }: { readonly freesSpace?: boolean } = {},
): Promise<number> {
  await assertLocal(invocation, '"ignite footloose"');
  const { config } = await readConfigFile(invocation);
  const machines = machinesOf(config);
  const { args, io } = invocation;
  const log = footlooseLog(io.err);
  for (const name of args)
    if (!machines.some((machine) => machine.name === name)) log('WARN', `machine ${name} not found`);
  const chosen = args.length === 0 ? machines : machines.filter(({ name }) => args.includes(name));
  return await withClient(
    invocation,
    async (client, op) => {
      const { own, foreign } = await machineVms(config.cluster.name, client, op.signal);
      for (const machine of chosen) {
        const vm = own.get(machine.name);
        const tell = (message: string): void => log('INFO', message);
        if (vm) await act(machine, vm, { client, op, tell });
        else if (foreign.has(machine.name))
          log('WARN', `VM ${machine.name} was not made by "ignite footloose create", so it is left alone`);
        else tell(`Machine ${machine.name} hasn't been created...`);
      }
      return 0;
    },
    { freesSpace },
  );
}
