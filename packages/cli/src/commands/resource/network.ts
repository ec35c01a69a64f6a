import type { CniNetwork } from '@ignite/api/v1/cni-network';
import type { Command } from '../../arguments/command.ts';
import { logLevelOf } from '../../arguments/log-level.ts';
import { withReader } from '../../context.ts';
import { Progress } from '../../render/message/progress.ts';
import { type Column, assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { inspectOf } from '../objects/inspect.ts';

const columns: readonly Column<CniNetwork>[] = [
  { title: 'NAME', cell: ({ metadata }) => metadata.name, flexible: true },
  { title: 'DRIVER', cell: ({ spec }) => spec.plugins[0] ?? '', leaves: 1 },
  { title: 'SUBNETS', cell: ({ spec }) => spec.subnets.join(', '), flexible: true, leaves: 4 },
  { title: 'DEFAULT', cell: ({ status }) => (status.isDefault ? 'yes' : ''), leaves: 2 },
  { title: 'VMS', cell: ({ status }) => status.vms.join(', '), flexible: true, leaves: 3 },
  { title: 'BRIDGE', cell: ({ spec }) => spec.bridge ?? '', wide: true },
  { title: 'FILE', cell: ({ status }) => status.file ?? '', wide: true },
];

export const networks: Command = {
  name: 'network ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List the CNI networks that VMs can use',
  details: [
    'Each file in /etc/cni/net.d, or in $IGNITE_CNI_CONF_DIR, defines a network; add a file to add a network. "ignite run --network NAME" selects one.',
  ],
  examples: ['ignite network ls', 'ignite network ls -o wide'],
  flags: outputFlags,
  run: async (invocation) => {
    assertTemplateFlags(invocation.flags);
    const { flags, io, signal } = invocation;
    using progress = new Progress(io, logLevelOf(flags));
    await withReader(invocation, async ({ networks: client }) => {
      for (const { message, hint } of await client.broken())
        progress.report({ kind: 'warning', message: `${message}: ${hint}` });
      await printObjects(await client.list(signal), columns, flags, io);
    });
    return 0;
  },
};

export const networkInspect = inspectOf('network', [
  'ignite network inspect ignite-cni-bridge',
  "ignite network inspect lan --format '{{.spec.subnets}}'",
]);
