import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNodeArch } from '@ignite/api/v1/node-arch';
import { foreignArch } from './arch.ts';

test('parseNodeArch: both architectures are known, and any other is refused by name', () => {
  assert.equal(parseNodeArch('x64'), 'amd64');
  assert.equal(parseNodeArch('arm64'), 'arm64');
  assert.throws(() => parseNodeArch('riscv64'), /not on riscv64/);
});

test('foreignArch: each is the foreign one of the other', () => {
  assert.equal(foreignArch('amd64'), 'arm64');
  assert.equal(foreignArch('arm64'), 'amd64');
});
