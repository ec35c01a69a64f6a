import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { bootInitrd } from './boot-initrd.ts';

const dir = mkdtempSync(join(tmpdir(), 'boot-initrd-'));
after(() => rmSync(dir, { recursive: true }));
const [kernel, guest] = [join(dir, 'kernel'), join(dir, 'guest')];
mkdirSync(kernel);
writeFileSync(join(kernel, 'initrd'), 'x'.repeat(512));
cpSync(join(import.meta.dirname, '../../../../../guest'), guest, { recursive: true });

test('bootInitrd: the scripts of today stand behind what the kernel was made with', async () => {
  const path = await bootInitrd(kernel, guest);
  const content = readFileSync(path, 'latin1');
  assert.ok(content.startsWith('x'.repeat(512)));
  assert.ok(content.slice(512).includes(readFileSync(join(guest, 'init'), 'latin1')));
  assert.equal(await bootInitrd(kernel, guest), path);
});

test('bootInitrd: other scripts make another one; one that another Ignite may be about to boot stays for a day', async () => {
  const before = await bootInitrd(kernel, guest);
  writeFileSync(join(guest, 'init'), '#!/bin/busybox sh\n');
  const path = await bootInitrd(kernel, guest);
  assert.notEqual(path, before);
  assert.deepEqual(readdirSync(kernel).sort(), ['initrd', basename(path), basename(before)].sort());
  const longAgo = new Date(Date.now() - 2 * 24 * 3_600_000);
  for (const old of [before, path]) utimesSync(old, longAgo, longAgo);
  await bootInitrd(kernel, guest);
  writeFileSync(join(guest, 'init'), '#!/bin/busybox sh\n:\n');
  const latest = await bootInitrd(kernel, guest);
  assert.deepEqual(readdirSync(kernel).sort(), ['initrd', basename(path), basename(latest)].sort());
});
