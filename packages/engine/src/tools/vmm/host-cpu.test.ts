import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuIn } from './host-cpu.ts';

const cpu = (model: string, flags: string): string =>
  `processor\t: 0\nmodel name\t: ${model}\nflags\t\t: ${flags}\n\nprocessor\t: 1\nmodel name\t: another\n`;

test('cpuIn: the model of the first CPU, and other features are another CPU', () => {
  const found = cpuIn(cpu('AMD EPYC', 'fpu vme'));
  assert.match(found, /^AMD EPYC with features [0-9a-f]{8}$/);
  assert.equal(cpuIn(cpu('AMD EPYC', 'fpu vme')), found);
  assert.notEqual(cpuIn(cpu('AMD EPYC', 'fpu vme avx')), found);
  assert.match(cpuIn('processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd08\n'), /^0xd08 with features /);
});
