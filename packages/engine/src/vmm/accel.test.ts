import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTscKhz } from './accel.ts';

const cpuinfo = (flags: string): string =>
  `processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.132\nflags\t\t: ${flags}\n`;

test('parseTscKhz: a host that is a VM shows the rate of its counter', () => {
  assert.equal(parseTscKhz(cpuinfo('fpu tsc hypervisor')), 2_596_132);
});

test('parseTscKhz: on bare metal, and without a clock, nothing is known', () => {
  assert.equal(parseTscKhz(cpuinfo('fpu tsc')), undefined);
  assert.equal(parseTscKhz('flags\t\t: hypervisor\n'), undefined);
});
