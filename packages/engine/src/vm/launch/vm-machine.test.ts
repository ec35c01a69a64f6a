import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Vm, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import * as v from 'valibot';
import { foreignArch, hostArch } from '../../tools/host/arch.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemuArgv } from '../../tools/vmm/qemu/argv.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { archOf } from '../arch-of.ts';
import { assertMachine, vmMachine } from './vm-machine.ts';

const specOf = (spec: object): Vm['spec'] => v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, ...spec });

const vm = (spec: object, status: Partial<VmStatus> = {}): Vm => sampleVm({ name: 'my-vm', spec, status });

const attachment = {
  netnsPath: '/run/netns/ignite-x',
  nics: [
    {
      name: 'eth0',
      tap: 'tap0',
      mac: '0a:00:00:00:00:01',
      mtu: 1_500,
      addresses: ['10.61.0.2/16'],
      routes: [],
    },
  ],
  dns: [],
};

const gicOf = (spec: object, accel: Accel): unknown =>
  vmMachine(vm(spec), { attachment, volumes: [], accel, vmm: qemu }).gic;

test('archOf: what the VM was made as, else what is asked for, else this host', () => {
  const foreign = foreignArch(hostArch);
  assert.equal(archOf(vm({})), hostArch);
  assert.equal(archOf(vm({ arch: foreign })), foreign);
  assert.equal(archOf(vm({}, { arch: foreign })), foreign);
});

test('vmMachine: version 2 of the GIC serves eight CPUs, version 3 the rest, and KVM has its own', () => {
  assert.equal(gicOf({ arch: 'arm64', cpus: 8 }, { kind: 'tcg' }), 2);
  assert.equal(gicOf({ arch: 'arm64', cpus: 9 }, { kind: 'tcg' }), 3);
  assert.equal(gicOf({ arch: 'arm64', cpus: 9 }, { kind: 'kvm' }), 'host');
  assert.equal(gicOf({ arch: 'arm64', machine: { gic: 3 } }, { kind: 'kvm' }), 3);
  assert.equal(gicOf({ arch: 'amd64' }, { kind: 'tcg' }), undefined);
});

test('vmMachine: each architecture has its own console', () => {
  const commandLine = (arch: string): string =>
    vmMachine(vm({ arch }), { attachment, volumes: [], accel: { kind: 'tcg' }, vmm: qemu }).kernel
      .commandLine;
  assert.match(commandLine('amd64'), /console=ttyS0 console=hvc0 reboot=t /);
  assert.match(commandLine('arm64'), /^console=ttyAMA0 console=hvc0 panic=/);
});

test('qemuArgv: memory in a file has the name of the memory that QEMU makes itself, and one that is shared by VMs is only read', () => {
  const machine = vmMachine(vm({ arch: 'amd64', memory: '1GB' }), {
    attachment,
    volumes: [],
    accel: { kind: 'tcg' },
    vmm: qemu,
  });
  const memoryOf = (use: 'kept' | 'private'): readonly string[] =>
    qemuArgv({ ...machine, memoryFile: { path: '/vm/memory', use } }).filter((each) =>
      each.includes('microvm'),
    );
  const file = 'memory-backend-file,id=microvm.ram,mem-path=/vm/memory,size=1024M';
  const board = 'microvm,acpi=on,rtc=on,pit=on,pic=on,isa-serial=on,usb=off,memory-backend=microvm.ram';
  assert.deepEqual(memoryOf('kept'), [board, `${file},share=on`]);
  assert.deepEqual(memoryOf('private'), [board, `${file},share=off,readonly=on,rom=off`]);
});

test('vmMachine: ports for commands are for guests that can spare their memory, and have no SSH for that', () => {
  const ports = (spec: object, settled?: boolean): number | undefined =>
    vmMachine(vm({ arch: 'amd64', ...spec }), {
      ...{ attachment, volumes: [], accel: { kind: 'tcg' }, vmm: qemu, runsCommands: settled },
    }).commandSockets?.length;
  assert.equal(ports({ memory: '256MB' }), 4);
  assert.equal(ports({ memory: '255MB' }), undefined);
  assert.equal(ports({ memory: '1GB', ssh: { generateKey: true } }), undefined);
  assert.equal(ports({ memory: '128MB' }, true), 4);
  assert.equal(ports({ memory: '1GB' }, false), undefined);
});

test('assertMachine: a GIC that cannot be is refused', () => {
  assertMachine(specOf({ machine: { gic: 2 }, cpus: 8 }), 'arm64', qemu);
  assertMachine(specOf({ machine: { gic: 3 }, cpus: 64 }), 'arm64', qemu);
  assertMachine(specOf({ machine: {}, cpus: 64 }), 'amd64', qemu);
  assert.throws(
    () => assertMachine(specOf({ machine: { gic: 2 }, cpus: 9 }), 'arm64', qemu),
    /at most 8 CPUs, not 9/,
  );
  assert.throws(
    () => assertMachine(specOf({ machine: { gic: 3 } }), 'amd64', qemu),
    /an amd64 machine has no GIC/,
  );
});

test('vmMachine: a guest that cannot see serials is told the places of its disks, and what ends its machine', () => {
  const disk = { kind: 'disk', name: 'data', serial: 'data', readOnly: false, mounts: [] } as const;
  const volumes = [{ ...disk, medium: { kind: 'file', path: '/srv/data', isOurs: false } } as const];
  const input = { attachment, volumes, accel: { kind: 'kvm' }, vmm: firecracker } as const;
  const { disks, kernel } = vmMachine(vm({ arch: 'amd64', kernel: { cmdLine: 'debug' } }), input);
  assert.deepEqual(
    disks.map(({ path, format }) => [path, format]),
    [
      ['/vm/root.raw', 'raw'],
      ['/vm/volumes/data', 'raw'],
      ['/vm/modules.squashfs', 'raw'],
      ['/vm/seed.cpio', 'raw'],
    ],
  );
  assert.match(kernel.commandLine, /^console=ttyS0 reboot=k pci=off .* ignite\.end=reboot panic=-1 /);
  assert.match(
    kernel.commandLine,
    / ignite\.disks=root,data,modules,seed,status ignite\.channel=vsock debug$/,
  );
  const arm = vmMachine(vm({ arch: 'arm64' }), input).kernel.commandLine;
  assert.doesNotMatch(arm, /ignite\.end|i8042/, 'an arm64 machine can be switched off');
});

test('assertMachine: what Firecracker cannot give a VM is refused', () => {
  const refused = (spec: object, arch: 'amd64' | 'arm64', error: object): void =>
    assert.throws(() => assertMachine(specOf(spec), arch, firecracker), error);
  refused({ cpus: 33 }, 'amd64', { code: 'VM_INVALID', message: /at most 32 CPUs, not 33/ });
  refused({ machine: { gic: 3 } }, 'arm64', { code: 'VM_INVALID', message: /a VM has the GIC of the host/ });
  const storage = {
    volumes: [{ name: 'etc', hostPath: { path: '/etc' } }],
    volumeMounts: [{ name: 'etc', mountPath: '/etc' }],
  };
  refused({ storage }, 'amd64', { code: 'VOLUME_UNSUPPORTED', message: /firecracker cannot share/ });
  assertMachine(specOf({ cpus: 32 }), 'amd64', firecracker);
});
