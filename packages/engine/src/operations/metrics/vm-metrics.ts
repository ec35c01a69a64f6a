import type { VmUsage } from '@ignite/api/client/usage-client';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { allottedMemoryOf } from '../../vm/plan/allotted-memory.ts';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface MeasuredVm {
  readonly vm: Vm;
  readonly usage: VmUsage;
}

interface Metric {
  readonly type: typeof Counter | typeof Gauge;
  /** Behind `ignite_vm_`, with its unit, as Prometheus names things. */
  readonly name: string;
  readonly help: string;
  readonly value: (measured: MeasuredVm) => number | undefined;
}

const metrics: readonly Metric[] = [
  {
    type: Gauge,
    name: 'up',
    help: 'Whether the VM has a VMM: 1 or 0.',
    value: ({ vm }) => (hasVmm(vm) ? 1 : 0),
  },
  {
    type: Gauge,
    name: 'start_time_seconds',
    help: 'Start time of the VM since the Unix epoch.',
    value: ({ vm: { status } }) =>
      status.startTime === undefined ? undefined : Date.parse(status.startTime) / 1_000,
  },
  {
    type: Gauge,
    name: 'restarts',
    help: 'Restarts of the VM by its restart policy since it was last started by a user.',
    value: ({ vm: { status } }) => status.restarts?.count ?? 0,
  },
  {
    type: Gauge,
    name: 'cpus',
    help: 'vCPUs of the VM.',
    value: ({ vm: { spec, status } }) => (status.booted ?? spec).cpus,
  },
  {
    type: Gauge,
    name: 'memory_guest_bytes',
    help: 'Memory size of the guest.',
    value: ({ vm }) => allottedMemoryOf(vm),
  },
  {
    type: Counter,
    name: 'cpu_seconds_total',
    help: 'CPU time of the VMM and its guest.',
    value: ({ usage }) => usage.cpuSeconds,
  },
  {
    type: Gauge,
    name: 'memory_working_set_bytes',
    help: 'Memory used by the VMM and its guest, without file cache that can be dropped.',
    value: ({ usage }) => usage.memory,
  },
  {
    type: Gauge,
    name: 'memory_limit_bytes',
    help: 'Memory limit of the VMM and its guest.',
    value: ({ usage }) => usage.memoryLimit,
  },
  {
    type: Counter,
    name: 'disk_read_bytes_total',
    help: "Read from the host's devices.",
    value: ({ usage }) => usage.diskRead,
  },
  {
    type: Counter,
    name: 'disk_written_bytes_total',
    help: "Written to the host's devices.",
    value: ({ usage }) => usage.diskWritten,
  },
  {
    type: Counter,
    name: 'network_receive_bytes_total',
    help: 'Received by the guest on all its interfaces.',
    value: ({ usage }) => usage.networkReceived,
  },
  {
    type: Counter,
    name: 'network_transmit_bytes_total',
    help: 'Sent by the guest on all its interfaces.',
    value: ({ usage }) => usage.networkSent,
  },
  {
    type: Gauge,
    name: 'processes',
    help: 'Processes and threads of the VM on the host.',
    value: ({ usage }) => usage.pids,
  },
];

/** What is known of VMs; a figure that the host does not offer has no sample. */
export function registerVms(vms: readonly MeasuredVm[], registry: Registry): void {
  const registers = [registry];
  const labelNames = ['vm', 'uid'];
  for (const { type, name, help, value } of metrics) {
    const metric = new type({ name: `ignite_vm_${name}`, help, labelNames, registers });
    for (const measured of vms) {
      const { name: vm, uid } = measured.vm.metadata;
      const found = value(measured);
      if (found !== undefined) metric.inc({ vm, uid }, found);
    }
  }
  const names = [...labelNames, 'image', 'digest', 'kernel', 'arch'];
  const info = new Gauge({
    name: 'ignite_vm_info',
    help: 'Information on the VM.',
    labelNames: names,
    registers,
  });
  for (const { vm } of vms) {
    const { image, kernel, arch = '' } = vm.status;
    const { name, uid } = vm.metadata;
    const made = { image: vm.spec.image.oci, digest: image?.digest ?? '', kernel: kernel?.version ?? '' };
    info.set({ vm: name, uid, arch, ...made }, 1);
  }
}
