import { machineNamed, machinesOf } from '@ignite/legacy/footloose/machines';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { assertLocal, hostKeyOptionsOf, withClient } from '../../context.ts';
import { configFlags, readConfigFile } from './config-file.ts';
import { machineVms } from './machine-vms.ts';

/** The time in which SSH of a machine that has just been started must answer. */
const connectSeconds = 60;

export const footlooseSsh: Command = {
  name: 'footloose ssh',
  arguments: '[USER@]HOSTNAME [COMMAND...]',
  arity: { least: 1, most: Infinity },
  summary: 'Log in to a machine of a Footloose cluster, or run a command in it',
  details: ['The user is root unless another one is named. The exit status is that of the command.'],
  examples: ['ignite footloose ssh node0', 'ignite footloose ssh root@node1 hostname'],
  flags: configFlags,
  passesFlags: true,
  run: async (invocation) => {
    await assertLocal(invocation, '"ignite footloose"');
    const { args, rest, signal } = invocation;
    const { config, privateKey } = await readConfigFile(invocation);
    const [, user = 'root', hostname = ''] = /^(?:([^@]+)@)?(.*)$/.exec(args[0]!) ?? [];
    const { name } = machineNamed(hostname, machinesOf(config));
    // A client closes what it has opened before the program takes the terminal.
    const vm = await withClient(invocation, async (client, op) =>
      (await machineVms(config.cluster.name, client, op.signal)).own.get(name),
    );
    const address = vm?.status.phase === 'Running' ? vm.status.network?.ipAddresses[0] : undefined;
    if (vm === undefined || address === undefined)
      throw new CodedError('VM_NOT_RUNNING', `machine ${name} is not running`, {
        hint: 'create it with "ignite footloose create", or start it with "ignite footloose start"',
      });
    const options = [
      ...hostKeyOptionsOf(vm, invocation),
      ...['IdentitiesOnly=yes', 'LogLevel=ERROR'],
      ...[`ConnectTimeout=${connectSeconds}`, `ConnectionAttempts=${connectSeconds}`],
    ];
    return await runInteractively(
      {
        tool: 'ssh',
        args: [
          ...options.flatMap((option) => ['-o', option]),
          ...(privateKey === undefined ? [] : ['-i', privateKey]),
          ...['-l', user, '--', address],
          ...rest,
        ],
      },
      signal,
    );
  },
};
