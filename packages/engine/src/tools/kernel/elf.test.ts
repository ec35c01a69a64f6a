import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hostArch } from '../host/arch.ts';
import { readElf } from './elf.ts';

/**
 * Returns a program with one loaded segment over the whole file, an interpreter, and a dynamic section with
 * two libraries.
 */
function program(machine: number): Buffer {
  const file = Buffer.alloc(512);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(3, 56);
  const segments = [
    { type: 1, offset: 0, address: 0x10000, size: 512 },
    { type: 3, offset: 256, address: 0x10100, size: 16 },
    { type: 2, offset: 288, address: 0x10120, size: 64 },
  ];
  for (const [index, { type, offset, address, size }] of segments.entries()) {
    const at = 64 + index * 56;
    file.writeUInt32LE(type, at);
    for (const [field, value] of [offset, address, address, size].entries())
      file.writeBigUInt64LE(BigInt(value), at + 8 + field * 8);
  }
  file.write('/lib/ld.so.1\0', 256);
  const entries = [1, 1, 1, 9, 5, 0x10000 + 400, 0, 0];
  for (const [index, value] of entries.entries()) file.writeBigUInt64LE(BigInt(value), 288 + index * 8);
  file.write('\0libA.so\0libB.so.2\0', 400);
  return file;
}

test('readElf: architecture, dynamic linker and libraries of a program for any machine', () => {
  const rest = { interpreter: '/lib/ld.so.1', needed: ['libA.so', 'libB.so.2'] };
  assert.deepEqual(readElf(program(183)), { arch: 'arm64', ...rest });
  assert.deepEqual(readElf(program(62)), { arch: 'amd64', ...rest });
  assert.deepEqual(readElf(program(243)), rest);
});

test('readElf: the very program that runs this test', () => {
  const elf = readElf(readFileSync(process.execPath));
  assert.equal(elf?.arch, hostArch);
  assert.match(elf.interpreter ?? '', /\/ld-/);
  assert.ok(elf.needed.includes('libc.so.6'));
});

test('readElf: what is no ELF file is none, and one that points outside itself is refused', () => {
  assert.equal(readElf(Buffer.from('#!/bin/sh\n')), undefined);
  assert.equal(readElf(Buffer.alloc(64)), undefined);
  const broken = program(62);
  broken.writeBigUInt64LE(2n ** 20n, 64 + 56 + 8);
  assert.throws(() => readElf(broken), RangeError);
  assert.throws(() => readElf(program(62).subarray(0, 100)), RangeError);
});

test('readElf: a file of megabytes without an end to its names or libraries costs no more than a program', () => {
  const endless = Buffer.concat([program(62), Buffer.alloc(16 * 2 ** 20, 'x')]);
  endless.writeBigUInt64LE(512n, 64 + 56 + 8); // the offset of the interpreter's name
  assert.throws(() => readElf(endless), RangeError);
  const needy = Buffer.concat([program(62), Buffer.alloc(16 * 2 ** 20)]);
  for (let at = 512; at < needy.length; at += 16) needy.writeBigUInt64LE(1n, at);
  needy.writeBigUInt64LE(512n, 64 + 2 * 56 + 8);
  needy.writeBigUInt64LE(16n * 2n ** 20n, 64 + 2 * 56 + 32);
  assert.throws(() => readElf(needy), RangeError);
});
