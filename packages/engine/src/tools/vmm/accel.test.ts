import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accelFor, canVirtualize, parseTscKhz } from './accel.ts';

const cpuinfo = (flags: string): string =>
  `processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.132\nflags\t\t: ${flags}\n`;

test('parseTscKhz: a host that is a VM shows the rate of its counter', () => {
  assert.equal(parseTscKhz(cpuinfo('fpu tsc hypervisor')), 2_596_132);
});

test('parseTscKhz: on bare metal, and without a clock, nothing is known', () => {
  assert.equal(parseTscKhz(cpuinfo('fpu tsc')), undefined);
  assert.equal(parseTscKhz('flags\t\t: hypervisor\n'), undefined);
});

test('canVirtualize: x86 tells by vmx or svm, arm64 by having the device', () => {
  assert.ok(canVirtualize('amd64', cpuinfo('fpu svm')));
  assert.ok(canVirtualize('amd64', cpuinfo('fpu vmx')));
  assert.ok(!canVirtualize('amd64', cpuinfo('fpu')));
  assert.ok(canVirtualize('arm64', 'CPU implementer\t: 0x41\n'));
});

test('accelFor: a guest of the own architecture runs as this host can, a foreign one is emulated', () => {
  const kvm = { kind: 'kvm' } as const;
  for (const arch of ['amd64', 'arm64'] as const) assert.deepEqual(accelFor(arch, { arch, accel: kvm }), kvm);
  const slow = { kind: 'tcg', tscKhz: 2 } as const;
  assert.deepEqual(accelFor('amd64', { arch: 'amd64', accel: slow }), slow);
  assert.deepEqual(accelFor('arm64', { arch: 'amd64', accel: slow }), { kind: 'tcg' });
});

test('accelFor: an amd64 guest of an arm64 host is told the clock that QEMU makes up for it', () => {
  const host = { arch: 'arm64', accel: { kind: 'kvm' } } as const;
  assert.deepEqual(accelFor('amd64', host), { kind: 'tcg', tscKhz: 1_000_000 });
});
