import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignArch, hostArch } from '../host/arch.ts';
import { findImported, importName } from './arch-name.ts';

const foreign = foreignArch(hostArch);
const own = { name: 'debian:12', ref: 'debian:12', arch: hostArch };
const other = { name: `debian:12@${foreign}`, ref: 'debian:12', arch: foreign };

test("importName: this host's architecture has the plain name, the other one says which it is", () => {
  assert.equal(importName('debian:12', hostArch, [other]), 'debian:12');
  assert.equal(importName('debian:12', foreign, [own]), `debian:12@${foreign}`);
  assert.equal(importName('debian:12', foreign, []), `debian:12@${foreign}`);
});

test('importName: what is here already keeps its name, also that of a time when there was one only', () => {
  const old = { ...other, name: 'debian:12' };
  assert.equal(importName('debian:12', foreign, [old]), 'debian:12');
  assert.equal(importName('debian:12', hostArch, [old]), `debian:12@${hostArch}`);
  assert.equal(importName('debian:12', foreign, [own, other]), other.name);
});

test('findImported: by reference and architecture, never by the beginning of a name', () => {
  assert.equal(findImported('debian:12', foreign, [own, other]), other);
  assert.equal(findImported('debian:12', hostArch, [other]), undefined);
  assert.equal(findImported('debian:1', hostArch, [own]), undefined);
});
