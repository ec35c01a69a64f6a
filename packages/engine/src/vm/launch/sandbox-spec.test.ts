import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { vmFiles } from '../../tools/host/paths.ts';
import { bundleConfig } from '../../tools/sandbox/bundle.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { keptChannel, sandboxSpec } from './sandbox-spec.ts';
import { assertMachineFits, vmMachine } from './vm-machine.ts';

const uid = '0123456789abcdef';

const vm = (spec: object): Vm => sampleVm({ name: 'my-vm', uid, spec });

const attachment = {
  netnsPath: '/run/netns/ignite-x',
  nics: [
    {
      name: 'eth0',
      network: 'lan',
      tap: 'tap0',
      mac: '0a:00:00:00:00:01',
      mtu: 1_500,
      addresses: ['10.61.0.2/16'],
      routes: [{ to: 'default', via: '10.61.0.1' }],
    },
  ],
  dns: ['10.61.0.1'],
};

const paths = { dataDir: '/data', runDir: '/run' };

const specOf = (
  spec: object,
  accel: Accel,
  volumes: readonly ResolvedVolume[] = [],
  { vmm = qemu, awaitClientSeconds = 0 }: { readonly vmm?: Vmm; readonly awaitClientSeconds?: number } = {},
) => {
  const machine = vmMachine(vm(spec), { attachment, volumes, accel, vmm });
  return sandboxSpec({
    vm: vm(spec),
    command: vmm.command(machine),
    memoryOverhead: vmm.memoryOverhead({ accel, cpus: vm(spec).spec.cpus, memory: vm(spec).spec.memory }),
    vmmFiles: vmm.files('amd64'),
    disk: vmDisk(vm(spec), { paths, vmms: { qemu, firecracker } }),
    largestDisk: vm(spec).spec.diskSize,
    files: vmFiles(paths, uid),
    sockets: '/run/vms/x/sockets',
    shares: '/run/shares/x',
    volumes,
    baseDisk: '/data/images/y/base.ext4',
    kernelDir: '/data/kernels/z',
    kernel: '/data/kernels/z/kernel',
    initrd: '/data/kernels/z/initrd',
    attachment,
    accel,
    exitCommand: ['/usr/bin/ignite', 'settle', uid],
    streams: { path: '/ignite/host/streams', awaitClientSeconds, channel: keptChannel(vm(spec), vmm) },
  });
};

const golden = (t: TestContext, value: unknown, name: string): void =>
  t.assert.fileSnapshot(value, join(import.meta.dirname, 'golden', name), { serializers: [serialize] });

const serialize = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

test('sandboxSpec: a VM under emulation, with two CPUs and kernel arguments', (t) => {
  const spec = { cpus: 2, memory: '1GB', kernel: { cmdLine: 'debug' } };
  golden(t, specOf(spec, { kind: 'tcg', tscKhz: 2_000_000 }), 'emulated.json');
});

test('sandboxSpec: a VM under KVM gets its device and the CPU of the host', (t) => {
  golden(t, specOf({}, { kind: 'kvm' }), 'kvm.json');
});

test('sandboxSpec: what runs an entrypoint has its streams kept, for a client that is expected', (t) => {
  const options = { awaitClientSeconds: 30 };
  golden(t, specOf({ command: ['ls'] }, { kind: 'kvm' }, [], options), 'streams.json');
});

test('sandboxSpec: an arm64 VM under emulation is a machine like a Raspberry Pi 4', (t) => {
  golden(t, specOf({ arch: 'arm64' }, { kind: 'tcg' }), 'emulated-arm64.json');
});

test('sandboxSpec: an arm64 VM under KVM gets the CPU and the interrupt controller of the host', (t) => {
  golden(t, specOf({ arch: 'arm64' }, { kind: 'kvm' }), 'kvm-arm64.json');
});

test('sandboxSpec: Firecracker is shown itself, a raw disk of its own and no base, and KVM', (t) => {
  const spec = { machine: { vmm: 'firecracker' } };
  golden(t, specOf(spec, { kind: 'kvm' }, [], { vmm: firecracker }), 'firecracker.json');
});

const volume = { readOnly: false, mounts: [] };
const volumes: readonly ResolvedVolume[] = [
  {
    ...volume,
    kind: 'disk',
    name: 'a',
    serial: 'a',
    medium: { kind: 'device', path: '/dev/sdb', major: 8, minor: 16 },
  },
  {
    ...volume,
    kind: 'disk',
    name: 'b',
    serial: 'b',
    readOnly: true,
    medium: { kind: 'file', path: '/srv/b', isOurs: false },
  },
  { ...volume, kind: 'folder', name: 'c', serial: 'c', path: '/srv/c' },
];

test('sandboxSpec: a VM with a device, a file that it may not write to, and a folder', (t) => {
  golden(t, specOf({ cloudInit: {} }, { kind: 'kvm' }, volumes), 'volumes.json');
});

test('assertMachineFits: a VM with more devices than its VMM can show is refused', () => {
  const machine = (count: number) => ({
    disks: Array.from({ length: count }, () => ({
      serial: 'a',
      path: '/a',
      format: 'raw' as const,
      readOnly: false,
    })),
    shares: [],
    nics: [{ tap: 't', mac: '' }],
  });
  assertMachineFits(machine(19), qemu);
  assert.throws(() => assertMachineFits(machine(20), qemu), {
    code: 'VM_INVALID',
    message: /24 devices.* 23/,
  });
});

test('bundleConfig: the sandbox of a VM', (t) => {
  const config = bundleConfig(specOf({}, { kind: 'kvm' }), { readOnly: ['/usr/lib', '/usr/bin/qemu'] });
  golden(t, config, 'bundle.json');
});
