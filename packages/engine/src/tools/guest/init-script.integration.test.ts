import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = mkdtempSync(join(tmpdir(), 'init-script-'));
after(() => rmSync(root, { recursive: true }));

mkdirSync(join(root, 'bin'));
mkdirSync(join(root, 'dev'));
writeFileSync(join(root, 'dev/null'), '');
copyFileSync('/bin/busybox', join(root, 'bin/busybox'));

const init = readFileSync(join(import.meta.dirname, '../../../../../guest/init'), 'utf8');

/** Runs a script that calls one function of init, in a root file system of its own. Returns all that it prints. */
function runWith(name: string, script: string): string {
  const [definition] = new RegExp(String.raw`^${name}\(\) \{\n.*?^\}`, 'ms').exec(init) ?? [];
  const { stdout, stderr } = spawnSync(
    'chroot',
    [root, '/bin/busybox', 'sh', '-c', `${definition}\n${script}`],
    { encoding: 'utf8', timeout: 240_000 },
  );
  return stdout + stderr;
}

test('find_interface: what has no address is not taken for the interface that was found before', () => {
  const net = join(root, 'sys/class/net');
  mkdirSync(join(net, 'eth0'), { recursive: true });
  writeFileSync(join(net, 'bonding_masters'), '');
  writeFileSync(join(net, 'eth0/address'), '02:00:00:00:00:01\n');
  const find = 'find_interface 02:00:00:00:00:01; echo "$device"';
  assert.equal(runWith('find_interface', `${find}\n${find}`), 'eth0\neth0\n');
  assert.equal(runWith('find_interface', 'find_interface 02:00:00:00:00:02; echo "$device"'), '\n');
});
