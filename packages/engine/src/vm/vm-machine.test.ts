import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Vm, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import * as v from 'valibot';
import { foreignArch, hostArch } from '../host/arch.ts';
import type { Accel } from '../vmm/accel.ts';
import { archOf, assertMachine, vmMachine } from './vm-machine.ts';

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
  vmMachine(vm(spec), { attachment, volumes: [], accel }).gic;

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
    vmMachine(vm({ arch }), { attachment, volumes: [], accel: { kind: 'tcg' } }).kernel.commandLine;
  assert.match(commandLine('amd64'), /console=ttyS0 reboot=t /);
  assert.match(commandLine('arm64'), /^console=ttyAMA0 panic=/);
});

test('assertMachine: a GIC that cannot be is refused', () => {
  assertMachine(specOf({ machine: { gic: 2 }, cpus: 8 }), 'arm64');
  assertMachine(specOf({ machine: { gic: 3 }, cpus: 64 }), 'arm64');
  assertMachine(specOf({ machine: {}, cpus: 64 }), 'amd64');
  assert.throws(
    () => assertMachine(specOf({ machine: { gic: 2 }, cpus: 9 }), 'arm64'),
    /at most 8 CPUs, not 9/,
  );
  assert.throws(() => assertMachine(specOf({ machine: { gic: 3 } }), 'amd64'), /an amd64 machine has no GIC/);
});
