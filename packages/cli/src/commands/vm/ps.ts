import type { Vm } from '@ignite/api/v1/vm';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import { isUp } from '@ignite/api/v1/vm-phase';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import type { Command, Invocation } from '../../arguments/command.ts';
import { withReader } from '../../context.ts';
import {
  type Column,
  assertTemplateFlags,
  outputFlags,
  printObjects,
  viewContext,
} from '../../render/objects.ts';
import { age } from '../../render/text/age.ts';
import { addressesOf, kernelText, portsText, statusText } from '../../render/text/vm-text.ts';
import { type FilterKeys, applyFilters, filterFlag, parseFilters } from '../objects/object-filter.ts';

const columns: readonly Column<Vm>[] = [
  { title: 'VM ID', cell: (vm) => vm.metadata.uid, leaves: 8 },
  { title: 'IMAGE', cell: (vm) => vm.spec.image.oci, flexible: true, leaves: 7 },
  { title: 'KERNEL', cell: kernelText, flexible: true, leaves: 1 },
  { title: 'SIZE', cell: (vm) => humanBytes(vm.spec.diskSize), leaves: 2 },
  { title: 'CPUS', cell: (vm) => String(vm.spec.cpus), leaves: 3 },
  { title: 'MEMORY', cell: (vm) => humanBytes(vm.spec.memory), leaves: 4 },
  { title: 'CREATED', cell: (vm) => `${age(vm.metadata.creationTimestamp, Date.now())} ago`, leaves: 5 },
  { title: 'STATUS', cell: (vm) => statusText(vm, Date.now()) },
  { title: 'IPS', cell: (vm) => addressesOf(vm).join(', '), flexible: true, leaves: 9 },
  { title: 'PORTS', cell: portsText, flexible: true, leaves: 6 },
  { title: 'NAME', cell: (vm) => vm.metadata.name, flexible: true },
  { title: 'IMAGE DIGEST', cell: (vm) => vm.status.image?.digest ?? '', wide: true },
  { title: 'ARCH', cell: (vm) => vm.status.arch ?? '', wide: true },
  { title: 'MAC', cell: (vm) => vm.status.network?.mac ?? '', wide: true },
];

/** Docker's word for a state that has another name here. */
const states: Readonly<Record<string, string>> = { exited: 'stopped' };

export const filterKeys: FilterKeys<Vm> = {
  name: (vm) => vm.metadata.name,
  status: (vm) => vm.status.phase.toLowerCase(),
  image: ({ spec: { image } }, wanted) => (familiarSource(wanted) === image.oci ? wanted : image.oci),
  label: labelOf,
};

export const ps: Command = {
  name: 'ps',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List running VMs',
  examples: [
    'ignite ps',
    'ignite ps -a',
    'ignite ps -q',
    "ignite ps -a --filter label=app=web --format '{{.metadata.name}}'",
    `ignite ps --filter '{{.Spec.Network.Ports}}=~:80->' -t '{{.Name}} {{.Status.IPAddresses}}'`,
  ],
  flags: {
    all: { type: 'boolean', short: 'a', help: 'list all VMs, not just running ones' },
    filter: filterFlag('name=, status=, image=, label=KEY[=VALUE]'),
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
  assertTemplateFlags(flags);
  const filters = parseFilters(flags.list('filter'), Object.keys(filterKeys)).map((filter) =>
    filter.key === 'status' ? { ...filter, value: stateOf(filter.value) } : filter,
  );
  // Who asks for a state asks for the VMs that are in it, running or not.
  const looksAtAll = all || filters.some(({ key }) => key === 'status');
  await withReader(invocation, async (client) => {
    const context = () => viewContext(invocation, client);
    const vms = await client.vms.list(signal);
    const listed = looksAtAll ? vms : vms.filter(isUp);
    await printObjects(await applyFilters(listed, filters, filterKeys, context), columns, flags, io, context);
  });
  return 0;
}

function stateOf(written: string): string {
  const lower = written.toLowerCase();
  return states[lower] ?? lower;
}

/** As much of the label as the filter names: `key=value`, or `key` alone. */
function labelOf({ metadata }: Vm, wanted: string): string {
  const key = wanted.split('=')[0]!;
  if (!Object.hasOwn(metadata.labels, key)) return '';
  return wanted.includes('=') ? `${key}=${metadata.labels[key]}` : key;
}
