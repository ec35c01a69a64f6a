import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const identity = readFileSync(join(import.meta.dirname, '../../../../../guest/identity'), 'utf8');
const dir = mkdtempSync(join(tmpdir(), 'identity-script-'));
after(() => rmSync(dir, { recursive: true }));

/** Runs a line after the script, with /proc and the folder of `name` in the place of the guest's. Returns its output and its errors. */
function runs(name: string, line: string): string {
  const script = [
    'root=$1 seed=$1/seed VM_UID=own HOSTNAME=web ADOPTED=',
    identity.replaceAll('/proc/', `${join(dir, name)}/proc/`),
    'ip() { echo "ip $*"; }',
    line,
  ].join('\n');
  const { stdout, stderr } = spawnSync('/bin/busybox', ['sh', '-c', script, 'sh', join(dir, name)], {
    encoding: 'utf8',
    timeout: 240_000,
  });
  return stdout + stderr;
}

function writes(name: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, name, path, '..'), { recursive: true });
    writeFileSync(join(dir, name, path), content);
  }
}

test('configure_network: each interface gets its own, and only one with an IPv6 address is set up for that', () => {
  const settings = (name: string, setting: string): string => `proc/sys/net/ipv6/conf/${name}/${setting}`;
  writes('network', {
    'seed/interfaces': [
      ...['link eth0 0a:00:00:00:00:01 1500', 'address eth0 10.0.0.2/16', 'route eth0 default 10.0.0.1'],
      ...['link eth1 0a:00:00:00:00:02 1400', 'address eth1 fd00::2/64', 'route eth1 fd01::/64', ''],
    ].join('\n'),
    ...Object.fromEntries(
      ['eth0', 'eth1'].flatMap((name) =>
        ['accept_dad', 'accept_ra'].map((each) => [settings(name, each), '1\n']),
      ),
    ),
  });
  assert.equal(
    runs('network', 'configure_network'),
    [
      'ip link set eth0 mtu 1500 up',
      'ip address add 10.0.0.2/16 dev eth0',
      'ip -4 route add default via 10.0.0.1 dev eth0',
      'ip link set eth1 mtu 1400 up',
      'ip address add fd00::2/64 dev eth1',
      'ip -6 route add fd01::/64 dev eth1',
      '',
    ].join('\n'),
  );
  for (const setting of ['accept_dad', 'accept_ra']) {
    assert.equal(readFileSync(join(dir, 'network', settings('eth0', setting)), 'utf8'), '1\n');
    assert.equal(readFileSync(join(dir, 'network', settings('eth1', setting)), 'utf8'), '0\n');
  }
});

test('write_identity: a disk of another VM gets the name and the keys of this one, and keeps those of its user', () => {
  const own = {
    'seed/authorized_keys': 'ssh-ed25519 own\n',
    'seed/ssh_host_ed25519_key': 'own\n',
    'seed/ssh_host_ed25519_key.pub': 'own.pub\n',
    'seed/hosts': '10.0.0.2 web\n',
    'seed/resolv.conf': 'nameserver 10.0.0.1\n',
    'proc/sys/kernel/hostname': 'other\n',
  };
  const written = {
    'proc/sys/kernel/hostname': 'web\n',
    'etc/hostname': 'web\n',
    'etc/hosts': '# ignite\n10.0.0.2 web\n',
    'etc/resolv.conf': '# ignite\nnameserver 10.0.0.1\n',
    'etc/ssh/ssh_host_ed25519_key': 'own\n',
    'etc/ssh/ssh_host_ed25519_key.pub': 'own.pub\n',
    'root/.ssh/authorized_keys': 'ssh-ed25519 own\n',
    'var/lib/ignite/authorized_keys': 'ssh-ed25519 own\n',
    'var/lib/ignite/uid': 'own\n',
  };
  const found = (name: string): object =>
    Object.fromEntries(
      Object.keys(written).map((path) => [path, readFileSync(join(dir, name, path), 'utf8')]),
    );
  writes('new', own);
  writes('other', {
    ...own,
    'etc/hosts': '# ignite\n10.0.0.3 other\n',
    'etc/ssh/ssh_host_ed25519_key': 'other\n',
    'root/.ssh/authorized_keys': 'ssh-ed25519 of-a-user\nssh-ed25519 other\n',
    'var/lib/ignite/authorized_keys': 'ssh-ed25519 other\n',
    'var/lib/ignite/uid': 'other\n',
  });
  for (const name of ['new', 'new', 'other', 'other']) assert.equal(runs(name, 'write_identity'), '', name);
  assert.deepEqual(found('new'), written);
  assert.deepEqual(found('other'), {
    ...written,
    'root/.ssh/authorized_keys': 'ssh-ed25519 of-a-user\nssh-ed25519 own\n',
  });
  const mode = (path: string): number => statSync(join(dir, 'new', path)).mode & 0o777;
  assert.equal(mode('root/.ssh'), 0o700);
  assert.equal(mode('root/.ssh/authorized_keys'), 0o600);
  assert.equal(mode('etc/ssh/ssh_host_ed25519_key'), 0o600);
});
