import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { guestApplets } from './guest-applets.ts';

/** Scripts that run in the initramfs. The others call busybox by its path. */
const scripts = ['init', 'channel', 'clock', 'identity', 'supervise', 'start-entrypoint', 'changes'];
/** Words of the scripts that are also names of applets, but are no commands there. */
const otherWords = 'busybox halt hostname id init link passwd route uptime yes'.split(' ');

test('guestApplets are all applets of busybox that the scripts of the initramfs name', () => {
  const applets = new Set(execFileSync('busybox', ['--list'], { encoding: 'utf8' }).split('\n'));
  const words = scripts.flatMap((name) => {
    const script = readFileSync(join(import.meta.dirname, '../../../../../guest', name), 'utf8');
    return script.replaceAll(/(?<=^|\s)#.*/gm, '').match(/[a-z][a-z0-9_-]*/g) ?? [];
  });
  const named = new Set(words.filter((word) => applets.has(word)));
  assert.deepEqual([...named].toSorted(), [...guestApplets, ...otherWords].toSorted());
});
