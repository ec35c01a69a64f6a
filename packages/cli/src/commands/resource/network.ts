import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import type { Command } from '../../arguments/command.ts';
import { logLevelOf } from '../../arguments/log-level.ts';
import { withReader } from '../../context.ts';
import { Progress } from '../../render/message/progress.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { inspectOf } from '../objects/inspect.ts';

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
      await printObjects(await client.list(signal), cniNetworkResource.columns, flags, io);
    });
    return 0;
  },
};

export const networkInspect = inspectOf('network', [
  'ignite network inspect ignite-cni-bridge',
  "ignite network inspect lan --format '{{.spec.subnets}}'",
]);
