import type { Command } from '../../arguments/command.ts';
import { pathsOf, withClient } from '../../context.ts';

export const metrics: Command = {
  name: 'metrics',
  arguments: '[VM...]',
  arity: { least: 0, most: Infinity },
  summary: 'Print the metrics of VMs, or of this host with all its VMs, as Prometheus reads them',
  details: [
    "It is Prometheus' text format 0.0.4. While ignited runs, it serves the same at the unix socket daemon.sock in the run directory, and those of each VM that runs at prometheus.sock in the VM's folder, both under /metrics.",
  ],
  examples: ['ignite metrics', 'ignite metrics my-vm', 'ignite metrics > /var/lib/node_exporter/ignite.prom'],
  flags: {},
  run: async (invocation) => {
    const { args, flags, io, signal } = invocation;
    const { hostMetrics, vmMetrics } = await import('@ignite/daemon/host-metrics');
    await withClient(invocation, async (client) => {
      const text =
        args.length > 0
          ? await vmMetrics(client, args, signal)
          : await hostMetrics(client, pathsOf(flags, io.env), signal);
      io.out.write(text);
    });
    return 0;
  },
};
