import type { Vm } from '@ignite/api/v1/vm';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { isUp } from '@ignite/api/v1/vm-phase';
import type { Command, Invocation } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags } from '../../arguments/namespace.ts';
import { withReader } from '../../context.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects, viewContext } from '../../render/objects.ts';
import { type FilterKeys, applyFilters, filterFlag, parseFilters } from '../objects/object-filter.ts';

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
    'ignite ps -n prod',
    'ignite ps -A',
    "ignite ps -a --filter label=app=web --format '{{.metadata.name}}'",
    `ignite ps --filter '{{.Spec.Network.Ports}}=~:80->' -t '{{.Name}} {{.Status.IPAddresses}}'`,
  ],
  flags: {
    all: { type: 'boolean', short: 'a', help: 'list all VMs, not just running ones' },
    filter: filterFlag('name=, status=, image=, label=KEY[=VALUE]'),
    ...listNamespaceFlags,
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
  const { flags, namespace, io, signal } = invocation;
  assertTemplateFlags(flags);
  const filters = parseFilters(flags.list('filter'), Object.keys(filterKeys)).map((filter) =>
    filter.key === 'status' ? { ...filter, value: stateOf(filter.value) } : filter,
  );
  // Who asks for a state asks for the VMs that are in it, running or not.
  const looksAtAll = all || filters.some(({ key }) => key === 'status');
  await withReader(invocation, async (client) => {
    const context = () => viewContext(invocation, client);
    const vms = inNamespace(await client.vms.list(signal), namespace);
    const listed = looksAtAll ? vms : vms.filter(isUp);
    const found = await applyFilters(listed, filters, filterKeys, context);
    await printObjects(found, namespaceColumns(vmResource.columns, invocation), flags, io, context);
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
