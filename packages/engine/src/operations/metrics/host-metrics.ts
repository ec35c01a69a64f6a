import { statfs } from 'node:fs/promises';
import type { ReadClient } from '@ignite/api/client/client';
import type { UsageClient } from '@ignite/api/client/usage-client';
import { vmPhases } from '@ignite/api/v1/vm-phase';
import type { Paths } from '../../tools/host/paths.ts';
import { Gauge, Registry } from 'prom-client';
import { type MeasuredVm, registerVms } from './vm-metrics.ts';

interface MeteredHost extends Pick<ReadClient, 'vms' | 'images' | 'kernels'> {
  readonly usage: Pick<UsageClient, 'sample'>;
}

/** Of this host and all its VMs, in Prometheus' text format 0.0.4. */
export async function hostMetrics(client: MeteredHost, paths: Paths, signal: AbortSignal): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const [measured, images, kernels, disk] = await Promise.all([
    measure(client, [], signal),
    client.images.list(signal),
    client.kernels.list(signal),
    statfs(paths.dataDir),
  ]);
  const vms = gauge('ignite_vms', 'VMs by phase.', ['phase']);
  for (const phase of vmPhases)
    vms.set({ phase }, measured.filter(({ vm }) => vm.status.phase === phase).length);
  gauge('ignite_images', 'Images.').set(images.length);
  gauge('ignite_kernels', 'Kernels.').set(kernels.length);
  const size = gauge('ignite_data_filesystem_size_bytes', 'Size of the file system of the data directory.');
  size.set(disk.blocks * disk.bsize);
  const free = gauge('ignite_data_filesystem_avail_bytes', 'Free space that is available to everyone.');
  free.set(disk.bavail * disk.bsize);
  registerVms(measured, registry);
  return await registry.metrics();
}

/** The same of some VMs alone. @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS */
export async function vmMetrics(
  client: MeteredHost,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const registry = new Registry();
  registerVms(await measure(client, queries, signal), registry);
  return await registry.metrics();
}

async function measure(
  client: MeteredHost,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<readonly MeasuredVm[]> {
  const usages = await client.usage.sample({ vms: queries, all: true }, signal);
  const vms = new Map((await client.vms.list(signal)).map((vm) => [vm.metadata.uid, vm]));
  return usages.flatMap((usage) => {
    const vm = vms.get(usage.uid);
    return vm ? [{ vm, usage }] : []; // it may have gone meanwhile
  });
}
