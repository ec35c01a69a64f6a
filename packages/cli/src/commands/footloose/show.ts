import { machineStatus } from '@ignite/legacy/footloose/machine-status';
import { machinesOf } from '@ignite/legacy/footloose/machines';
import { machineDocument, machineTable } from '@ignite/legacy/footloose/show-machines';
import type { Command } from '../../arguments/command.ts';
import { assertLocal, withClient } from '../../context.ts';
import { configFlags, readConfigFile } from './config-file.ts';
import { footlooseLog } from './footloose-log.ts';
import { machineVms } from './machine-vms.ts';

const formats = ['table', 'json'] as const;

export const footlooseShow: Command = {
  name: 'footloose show',
  arguments: '[HOSTNAME]',
  arity: { least: 0, most: 1 },
  summary: 'Show the machines of a Footloose cluster, or the one with a hostname',
  examples: ['ignite footloose show', 'ignite footloose show node0 -o json'],
  flags: {
    ...configFlags,
    output: {
      type: 'string',
      short: 'o',
      value: 'FORMAT',
      values: formats,
      default: 'table',
      help: 'output format: table or json',
    },
  },
  run: async (invocation) => {
    await assertLocal(invocation, '"ignite footloose"');
    const { flags, args, io } = invocation;
    const { config } = await readConfigFile(invocation);
    const [hostname] = args;
    const machines = machinesOf(config).filter(
      (each) => hostname === undefined || each.hostname === hostname,
    );
    if (hostname !== undefined && machines.length === 0)
      footlooseLog(io.err)('WARN', `Could not find machine ${hostname}`);
    return await withClient(invocation, async (client, op) => {
      const { own } = await machineVms(config.cluster.name, client, op.signal);
      const statuses = machines.map((machine) => ({
        machine,
        status: machineStatus(machine, own.get(machine.name)),
      }));
      io.out.write(
        flags.choice('output', formats) === 'json'
          ? machineDocument(statuses.map(({ status }) => status))
          : machineTable(
              statuses.map(({ machine, status }) => ({ ...status, backend: machine.spec.backend ?? '' })),
            ),
      );
      return 0;
    });
  },
};
