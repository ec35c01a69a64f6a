import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownLoopDevices } from './fixtures/loop-devices.ts';

test('the loop devices of this run count, also of files that are gone; those of a run beside it do not', async () => {
  using cleanup = new DisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'loops-'));
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'disk');
  writeFileSync(file, '');
  truncateSync(file, 2 ** 20);
  const detachLater = (device: string): string => {
    cleanup.defer(() => execFileSync('losetup', ['--detach', device]));
    return device;
  };
  const counted = (device: string): boolean => ownLoopDevices().some((line) => line.startsWith(`${device} `));

  const own = detachLater(execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim());
  assert.ok(counted(own));
  // The other namespace has its own temporary folder, with a file of the same name.
  const attach = `mount -t tmpfs tmpfs ${tmpdir()}; mkdir ${dir}; truncate -s 1M ${file}; losetup --find --show ${file}`;
  const beside = spawn('unshare', ['--mount', 'sh', '-euc', `${attach}; read _ || true`]);
  const ended = once(beside, 'close');
  const foreign = detachLater(String((await once(beside.stdout, 'data'))[0]).trim());
  assert.match(execFileSync('losetup', ['--list', foreign], { encoding: 'utf8' }), new RegExp(` ${file} `));
  assert.ok(!counted(foreign));
  beside.stdin.end();
  await ended;
  rmSync(dir, { recursive: true });
  assert.ok(counted(own));
});
