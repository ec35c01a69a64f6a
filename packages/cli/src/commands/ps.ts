import type { Vm } from '@ignite/api/v1/vm';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import type { Command, Invocation } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { withReader } from '../context.ts';
import { age } from '../render/age.ts';
import { type Column, assertOutputFlags, outputFlags, printObjects } from '../render/objects.ts';
import { renderTemplate } from '../render/template.ts';

const columns: readonly Column<Vm>[] = [
  { title: 'VM ID', cell: (vm) => vm.metadata.uid },
  { title: 'IMAGE', cell: (vm) => vm.spec.image.oci },
  { title: 'KERNEL', cell: (vm) => vm.status.kernel?.version ?? '' },
  { title: 'SIZE', cell: (vm) => humanBytes(vm.spec.diskSize) },
  { title: 'CPUS', cell: (vm) => String(vm.spec.cpus) },
  { title: 'MEMORY', cell: (vm) => humanBytes(vm.spec.memory) },
  { title: 'CREATED', cell: (vm) => `${age(vm.metadata.creationTimestamp, Date.now())} ago` },
  { title: 'STATUS', cell: statusOf },
  {
    title: 'IPS',
    cell: (vm) => (vm.status.phase === 'Running' ? (vm.status.network?.ipAddresses.join(', ') ?? '') : ''),
  },
  { title: 'PORTS', cell: portsOf },
  { title: 'NAME', cell: (vm) => vm.metadata.name },
  { title: 'IMAGE DIGEST', cell: (vm) => vm.status.image?.digest ?? '', wide: true },
  { title: 'ARCH', cell: (vm) => vm.status.arch ?? '', wide: true },
  { title: 'MAC', cell: (vm) => vm.status.network?.mac ?? '', wide: true },
];

export const ps: Command = {
  name: 'ps',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List the VMs that run',
  examples: [
    'ignite ps',
    'ignite ps -a',
    'ignite ps -q',
    "ignite ps -a --filter label=app=web --format '{{.metadata.name}}'",
  ],
  flags: {
    all: { type: 'boolean', short: 'a', help: 'list the VMs that do not run too' },
    filter: {
      type: 'list',
      short: 'f',
      value: 'KEY=VALUE',
      help: 'name=, status=, image=, label=KEY[=VALUE], or "{{.path}}=value"; all must fit',
    },
    ...outputFlags,
  },
  run: list,
};

export const listAll: Command = {
  ...ps,
  name: 'vm ls',
  summary: 'List all VMs',
  run: (invocation) => list(invocation, true),
};

async function list(invocation: Invocation, all = invocation.flags.isSet('all')): Promise<number> {
  const { flags, io, signal } = invocation;
  assertOutputFlags(flags);
  const filters = flags
    .list('filter')
    .flatMap((text) => text.split(','))
    .map(parseFilter);
  await withReader(invocation, async (client) => {
    const vms = await client.vms.list(signal);
    const wanted = vms.filter(
      (vm) => (all || vm.status.phase === 'Running') && filters.every((fits) => fits(vm)),
    );
    await printObjects(wanted, columns, flags, io);
  });
  return 0;
}

function statusOf(vm: Vm): string {
  const { phase, startTime, exitCode, finishTime } = vm.status;
  if (phase === 'Running') return `Up ${age(startTime, Date.now())}`;
  if (phase !== 'Stopped') return phase;
  return exitCode === undefined ? 'Stopped' : `Exited (${exitCode}) ${age(finishTime, Date.now())} ago`;
}

function portsOf(vm: Vm): string {
  return vm.spec.network.ports
    .map((port) => `${port.bindAddress ?? '0.0.0.0'}:${port.hostPort}->${port.vmPort}/${port.protocol}`)
    .join(', ');
}

/** @throws CodedError USAGE_INVALID */
export function parseFilter(text: string): (vm: Vm) => boolean {
  const match = /^(\{\{\s*\.[\w.-]+\s*\}\}|name|status|image|label)(==|=~|!=|!~|=)(.*)$/.exec(text);
  if (!match)
    throw usageError(
      `--filter ${JSON.stringify(text)} is not understood`,
      'write name=my-vm, status=running, image=debian, label=app=web or "{{.spec.cpus}}=2"',
    );
  const [, key = '', operator = '=', value = ''] = match;
  const actual = (vm: Vm): string => {
    if (key === 'name') return vm.metadata.name;
    if (key === 'status') return vm.status.phase.toLowerCase();
    if (key === 'image') return vm.spec.image.oci;
    if (key === 'label') return labelOf(vm, value);
    return renderTemplate(key, vm);
  };
  const expected = key === 'status' ? value.toLowerCase() : value;
  return (vm) => {
    const found = actual(vm);
    const fits = operator.endsWith('~') ? found.includes(expected) : found === expected;
    return operator.startsWith('!') ? !fits : fits;
  };
}

/** As much of the label as the filter names: `key=value`, or `key` alone. */
function labelOf(vm: Vm, wanted: string): string {
  const key = wanted.split('=')[0]!;
  const value = vm.metadata.labels[key];
  if (value === undefined) return '';
  return wanted.includes('=') ? `${key}=${value}` : key;
}
