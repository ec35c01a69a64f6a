import type { ClientOperation } from '@ignite/api/client/progress';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import type { StopVmRequest } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import type { Client } from '@ignite/api/client/client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command, FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { networkPluginNote, runtimeFlags, runtimeOf } from '../../arguments/runtime-flags.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { tellNote } from '../../render/message/note.ts';
import { startFlags, startRequest } from './run.ts';
import { startedLine } from './started-line.ts';
import { readVmFile } from './vm-file.ts';
import { withTimings } from './with-timings.ts';

export const start: Command = {
  name: 'start',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Start VMs',
  details: ['A suspended VM goes on as it was, unless it is booted anew with --cold.'],
  examples: ['ignite start my-vm', 'ignite start --cold my-vm'],
  flags: {
    ...namespaceFlags,
    ...startFlags,
    ...runtimeFlags,
    cold: { type: 'boolean', help: 'boot suspended VMs anew, which loses what was in their memory' },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const note = networkPluginNote(flags, { runtime: 'docker' }); // which the VM may have been made with
    if (note !== undefined) tellNote(note, invocation);
    const networkPlugin = flags.text('network-plugin');
    const request = {
      ...startRequest(flags),
      cold: flags.isSet('cold'),
      ...runtimeOf(flags),
      ...(networkPlugin !== undefined && { networkPlugin }),
    };
    return await withTimings(invocation, async (client, op) => {
      for (const vm of await findAll(client, invocation)) {
        const started = await client.vms.start(vm.metadata.uid, request, op);
        if (flags.isSet('interactive')) {
          const { attachUntilEnd } = await import('./attach.ts');
          op.endProgress();
          return await attachUntilEnd(started, client, invocation);
        }
        const isNew = vm.status.phase !== 'Running';
        const told = isNew ? startedLine(started) : `VM "${vm.metadata.name}" is already running\n`;
        io.out.write(flags.isSet('quiet') ? `${vm.metadata.uid}\n` : told);
      }
      return 0;
    });
  },
};

const stopFlags: Flags = {
  'force-kill': { type: 'boolean', short: 'f', help: 'kill the VM immediately' },
  time: {
    type: 'string',
    short: 't',
    value: 'SECONDS',
    default: '30',
    help: 'seconds to wait before killing the VM',
  },
};

function stopRequest(flags: FlagValues): StopVmRequest {
  const seconds = flags.seconds('time');
  return {
    force: flags.isSet('force-kill'),
    ...(seconds !== undefined && { timeoutMs: seconds * 1_000 }),
  };
}

export const stop: Command = {
  name: 'stop',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Stop VMs',
  details: [
    'Presses the power button of the VM, and kills the VM if it has not shut down in time. An entrypoint is sent its stop signal, and has the same time to end.',
  ],
  examples: ['ignite stop my-vm', 'ignite stop --time 5 my-vm'],
  flags: { ...namespaceFlags, ...stopFlags },
  run: async (invocation) => {
    const request = stopRequest(invocation.flags);
    return await forEach(invocation, 'Stopped', (client, vm, op) =>
      client.vms.stop(vm.metadata.uid, request, op),
    );
  },
};

const { interactive: _interactive, timings: _timings, ...detachedStartFlags } = startFlags;

export const restart: Command = {
  name: 'restart',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Restart VMs',
  details: ['A VM that is stopped is started. Changes that were made for the next start take effect.'],
  examples: ['ignite restart my-vm', 'ignite restart --time 5 my-vm other-vm'],
  flags: { ...namespaceFlags, ...stopFlags, ...detachedStartFlags },
  run: async (invocation) => {
    const { flags } = invocation;
    const request = { ...stopRequest(flags), ...startRequest(flags) };
    return await forEach(invocation, 'Restarted', (client, vm, op) =>
      client.vms.restart(vm.metadata.uid, request, op),
    );
  },
};

export const kill: Command = {
  name: 'kill',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Kill VMs, as if their power was cut',
  examples: ['ignite kill my-vm'],
  flags: namespaceFlags,
  run: (invocation) =>
    forEach(invocation, 'Stopped', (client, vm, op) => client.vms.stop(vm.metadata.uid, { force: true }, op)),
};

export const pause: Command = {
  name: 'pause',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Pause VMs',
  details: ['The CPUs of the VM stop, and its memory is kept.'],
  examples: ['ignite pause my-vm', 'ignite resume my-vm'],
  flags: namespaceFlags,
  run: (invocation) =>
    forEach(invocation, 'Paused', (client, vm, op) => client.vms.pause(vm.metadata.uid, op)),
};

export const suspend: Command = {
  name: 'suspend',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Suspend VMs to the disk',
  details: [
    'Saves the memory of the VM and the state of its devices, and ends its VMM. "ignite start" brings the VM back as it was.',
  ],
  examples: ['ignite suspend my-vm', 'ignite start my-vm'],
  flags: namespaceFlags,
  run: (invocation) =>
    forEach(invocation, 'Suspended', (client, vm, op) => client.vms.suspend(vm.metadata.uid, op)),
};

export const resume: Command = {
  name: 'resume',
  arguments: 'VM...',
  arity: { least: 1, most: Infinity },
  summary: 'Resume paused VMs',
  examples: ['ignite resume my-vm'],
  flags: namespaceFlags,
  run: (invocation) =>
    forEach(invocation, 'Resumed', (client, vm, op) => client.vms.resume(vm.metadata.uid, op)),
};

export const rm: Command = {
  name: 'rm',
  arguments: '[VM...]',
  arity: { least: 0, most: Infinity },
  summary: 'Remove VMs and their disks',
  examples: ['ignite rm my-vm', 'ignite rm -f my-vm other-vm', 'ignite rm -f --config vm.yaml'],
  flags: {
    ...namespaceFlags,
    force: { type: 'boolean', short: 'f', help: 'also remove running VMs' },
    config: {
      type: 'string',
      value: 'FILE',
      help: 'remove the VM that a manifest declares, by its uid or name',
    },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const config = flags.text('config');
    if (config !== undefined && args.length > 0)
      throw usageError('rm takes VMs or --config, not both', 'use only one of them');
    if (config === undefined && args.length === 0)
      throw usageError('rm requires at least one VM', 'name a VM, or give its manifest with --config');
    const find: FindVms =
      config === undefined
        ? findToRemove
        : async (client) => [await findDeclared(config, client, invocation)];
    return await forEach(
      invocation,
      'Removed',
      (client, vm, op) => client.vms.remove(vm.metadata.uid, { force: flags.isSet('force') }, op),
      find,
    );
  },
};

/** Run by the sandbox's monitor when a VM has ended. */
export const settle: Command = {
  name: 'settle',
  arguments: 'UID',
  arity: { least: 1, most: 1 },
  summary: 'Clean up after a VM that has ended by itself',
  examples: [],
  flags: {},
  run: async (invocation) => {
    const [uid = ''] = invocation.args;
    await withClient(invocation, (client, op) => client.vms.settle(uid, op), {
      freesSpace: true,
      awaitsRestart: true,
    });
    return 0;
  },
};

type FindVms = (client: Client, invocation: Invocation) => Promise<readonly Vm[]>;

async function forEach(
  invocation: Invocation,
  verb: string,
  act: (client: Client, vm: Vm, op: ClientOperation) => Promise<Vm>,
  find: FindVms = findAll,
): Promise<number> {
  const work = async (client: Client, op: ClientOperation): Promise<void> => {
    for (const vm of await find(client, invocation)) {
      await act(client, vm, op);
      const { uid, name } = vm.metadata;
      printDone(vm, `${verb} VM with name "${name}" and ID "${uid}"`, invocation);
    }
  };
  await withClient(invocation, work, { freesSpace: true }); // as those do that end and remove VMs
  return 0;
}

/** All are found before anything is done to the first. */
async function findAll(client: Client, { args, signal }: Invocation): Promise<readonly Vm[]> {
  const found: Vm[] = [];
  for (const query of args) found.push(await client.vms.find(query, signal));
  return found;
}

/** Those too whose records are damaged, or whose hosts are lost. */
async function findToRemove(client: Client, invocation: Invocation): Promise<readonly Vm[]> {
  const found: Vm[] = [];
  for (const query of invocation.args) {
    await client.mend('VM', query);
    found.push(await client.vms.findRemovable(query, invocation.signal));
  }
  return found;
}

/** The VM that a manifest declares, by the whole of its uid or name. @throws CodedError USAGE_INVALID, VM_NOT_FOUND */
async function findDeclared(path: string, client: Client, invocation: Invocation): Promise<Vm> {
  const { name, namespace = 'default', annotations } = await readVmFile(path, invocation);
  const uid = annotations[uidAnnotation];
  if (uid === undefined && name === undefined)
    throw usageError(`--config ${path}: it has neither a name nor a uid`, 'add one of them, or name the VM');
  const vms = await client.vms.list(invocation.signal);
  const found = vms.find(({ metadata }) =>
    uid === undefined ? metadata.name === name && metadata.namespace === namespace : metadata.uid === uid,
  );
  if (found) return found;
  const what = uid === undefined ? `name "${name}"` : `uid "${uid}"`;
  throw new CodedError('VM_NOT_FOUND', `--config ${path}: there is no VM with the ${what}`, {
    hint: '"ignite ps -a" lists all VMs',
  });
}
