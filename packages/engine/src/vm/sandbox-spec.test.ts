import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { vmFiles } from '../host/paths.ts';
import { bundleConfig } from '../sandbox/bundle.ts';
import type { Accel } from '../vmm/accel.ts';
import { qemu } from '../vmm/qemu/qemu.ts';
import { sandboxSpec } from './sandbox-spec.ts';
import { vmMachine } from './vm-machine.ts';

const uid = '0123456789abcdef';

const vm = (spec: object): Vm => ({
  apiVersion,
  kind: 'VM',
  metadata: {
    name: 'my-vm',
    namespace: 'default',
    uid,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00.000Z',
    labels: {},
    annotations: {},
    finalizers: [],
  },
  spec: v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, ...spec }),
  status: { phase: 'Created' },
});

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

const specOf = (spec: object, accel: Accel) =>
  sandboxSpec({
    vm: vm(spec),
    command: qemu.command(vmMachine(vm(spec), attachment, accel)),
    files: vmFiles({ dataDir: '/data', runDir: '/run' }, uid),
    sockets: '/run/vms/x/sockets',
    baseDisk: '/data/images/y/base.ext4',
    kernelDir: '/data/kernels/z',
    attachment,
    accel,
    exitCommand: ['/usr/bin/ignite', 'settle', uid],
  });

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

test('sandboxSpec: an arm64 VM under emulation is a machine like a Raspberry Pi 4', (t) => {
  golden(t, specOf({ arch: 'arm64' }, { kind: 'tcg' }), 'emulated-arm64.json');
});

test('sandboxSpec: an arm64 VM under KVM gets the CPU and the interrupt controller of the host', (t) => {
  golden(t, specOf({ arch: 'arm64' }, { kind: 'kvm' }), 'kvm-arm64.json');
});

test('bundleConfig: the sandbox of a VM', (t) => {
  const config = bundleConfig(specOf({}, { kind: 'kvm' }), { readOnly: ['/usr/lib', '/usr/bin/qemu'] });
  golden(t, config, 'bundle.json');
});
