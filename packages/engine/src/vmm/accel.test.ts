import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignArch, hostArch } from '../host/arch.ts';
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

test('accelFor: a guest of another architecture is emulated, without the clock of this one', () => {
  assert.deepEqual(accelFor(hostArch, { kind: 'kvm' }), { kind: 'kvm' });
  assert.deepEqual(accelFor(foreignArch(hostArch), { kind: 'kvm' }), { kind: 'tcg' });
  assert.deepEqual(accelFor(foreignArch(hostArch), { kind: 'tcg', tscKhz: 2 }), { kind: 'tcg' });
});
