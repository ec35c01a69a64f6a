import type { Vm } from '@ignite/api/v1/vm';
import type { Command, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { startedLine } from './started-line.ts';

const mostCopies = 100;

const flags: Flags = {
  ...namespaceFlags,
  count: { type: 'string', short: 'c', value: 'COUNT', default: '1', help: 'number of new VMs' },
  name: {
    type: 'string',
    value: 'NAME',
    default: 'VM-1',
    help: 'name of the new VM, or what the names begin with',
  },
  timeout: { type: 'string', value: 'SECONDS', default: '600', help: 'seconds to wait for SSH' },
};

export const clone: Command = {
  name: 'clone',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Create VMs with a copy of the disk of a VM, and boot them',
  details: ['A VM that is running goes on. Each new VM has a name, an identity and addresses of its own.'],
  examples: ['ignite clone web --name web2', 'ignite clone web -c 10'],
  flags,
  run: (invocation) => copy(invocation, 'Disk'),
};

export const fork: Command = {
  name: 'fork',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Create VMs that go on from what a running VM is at this moment, with its memory',
  details: [
    'The VM goes on. Each new VM has a name, an identity and addresses of its own before anybody can reach it, and none of the connections of the VM.',
  ],
  examples: ['ignite fork web --name web2', 'ignite fork web -c 10'],
  flags,
  run: (invocation) => copy(invocation, 'Machine'),
};

export const rollback: Command = {
  name: 'rollback',
  arguments: 'VM SNAPSHOT',
  arity: { least: 2, most: 2 },
  summary: 'Bring a VM back to a snapshot of it',
  details: [
    'What the VM has written since is lost. It goes on from the memory that the snapshot holds, or boots.',
  ],
  examples: ['ignite rollback web before-upgrade'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const [query = '', snapshot = ''] = invocation.args;
    const vm = await withClient(invocation, (client, op) => client.snapshots.rollback(query, snapshot, op));
    printDone(vm, `Brought VM "${vm.metadata.name}" back to snapshot "${snapshot}"`, invocation);
    return 0;
  },
};

async function copy(invocation: Invocation, holds: 'Disk' | 'Machine'): Promise<number> {
  const [query = ''] = invocation.args;
  const seconds = invocation.flags.seconds('timeout');
  const made = await withClient(invocation, async (client, op) => {
    const { metadata } = await client.vms.find(query, op.signal);
    const names = copyNames(metadata.name, invocation);
    const request = { names, holds, ...(seconds !== undefined && { sshTimeoutMs: seconds * 1_000 }) };
    return await client.snapshots.copy(metadata.uid, request, op);
  });
  for (const vm of made) invocation.io.out.write(line(vm, invocation));
  return 0;
}

const line = (vm: Vm, { flags: given }: Invocation): string =>
  given.isSet('quiet') ? `${vm.metadata.uid}\n` : startedLine(vm);

/** @throws CodedError USAGE_INVALID */
function copyNames(vm: string, { flags: given }: Invocation): readonly string[] {
  const text = given.text('count') ?? '1';
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > mostCopies)
    throw usageError(
      `--count ${JSON.stringify(text)}: not a number of VMs`,
      `use a whole number from 1 to ${mostCopies}`,
    );
  const name = given.text('name');
  if (name !== undefined && count === 1) return [name];
  return Array.from({ length: count }, (_, at) => `${name ?? vm}-${at + 1}`);
}
