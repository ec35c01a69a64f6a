import type { Command } from '../../arguments/command.ts';
import { inNamespace, namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';

export const metrics: Command = {
  name: 'metrics',
  arguments: '[VM...]',
  arity: { least: 0, most: Infinity },
  summary: 'Print metrics of VMs, or of this host and all its VMs, in the format of Prometheus',
  details: [
    'The format is Prometheus text format 0.0.4. While ignited is running, it serves the same metrics on the Unix socket daemon.sock in the run directory, and those of each running VM on prometheus.sock in the directory of the VM, both at /metrics.',
  ],
  examples: ['ignite metrics', 'ignite metrics my-vm', 'ignite metrics > /var/lib/node_exporter/ignite.prom'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const { args, namespace, io, signal } = invocation;
    const text = await withClient(invocation, async (client) => {
      if (namespace === undefined || args.length > 0) return await client.usage.metrics(args, signal);
      const vms = inNamespace(await client.vms.list(signal), namespace);
      const uids = vms.map(({ metadata }) => metadata.uid);
      return uids.length === 0 ? '' : await client.usage.metrics(uids, signal);
    });
    io.out.write(text);
    return 0;
  },
};
