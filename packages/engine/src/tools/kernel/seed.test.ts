import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type GuestSeed, renderSeed } from './seed.ts';

const seed: GuestSeed = {
  vmUid: '0123456789abcdef',
  hostname: 'my-vm',
  adopted: false,
  bootMode: 'entrypoint',
  isWholeDisk: false,
  interfaces: [
    {
      mac: '02:00:00:00:00:07',
      mtu: 1_450,
      addresses: ['10.61.0.2/16', 'fd00:61::2/64'],
      routes: [{ to: 'default', via: '10.61.0.1' }],
    },
    {
      mac: '02:00:00:00:00:08',
      mtu: 1_500,
      addresses: ['10.2.0.2/32'],
      routes: [{ to: '10.2.0.1' }, { to: '10.2.0.0/24', via: '10.2.0.1' }],
    },
  ],
  dns: { servers: ['10.61.0.1'], search: [], options: [] },
  hosts: [],
  authorizedKeys: [],
  hostKey: { privateKey: 'PRIVATE', publicKey: 'PUBLIC' },
  argv: ['sh', '-c', `echo "it's" $HOME; \`id\``],
  environ: ['A=b c', "Q='"],
  user: 'app',
  workDir: '',
  stopSignal: '',
  isTerminal: false,
  entropy: Buffer.alloc(16, 7),
  mounts: [],
  files: [],
};

function unpacked(of: GuestSeed, look: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'seed-'));
  try {
    execFileSync('busybox', ['cpio', '-id'], {
      cwd: dir,
      input: renderSeed(of),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    look(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('renderSeed: a shell reads the settings back as they were', () => {
  unpacked(seed, (dir) => {
    const script = '. ./env; printf "%s|" "$HOSTNAME" "$MODE" "$WORKDIR" "$STOP_SIGNAL" "$USER_SPEC"';
    const said = execFileSync('busybox', ['sh', '-c', script], { cwd: dir, encoding: 'utf8' });
    assert.equal(said, 'my-vm|entrypoint|/|SIGTERM|app|');
  });
});

test('renderSeed: interfaces are numbered by their place and known by their MAC', () => {
  unpacked(seed, (dir) =>
    assert.equal(
      readFileSync(join(dir, 'interfaces'), 'utf8'),
      [
        'link eth0 02:00:00:00:00:07 1450',
        'address eth0 10.61.0.2/16',
        'address eth0 fd00:61::2/64',
        'route eth0 default 10.61.0.1',
        'link eth1 02:00:00:00:00:08 1500',
        'address eth1 10.2.0.2/32',
        'route eth1 10.2.0.1',
        'route eth1 10.2.0.0/24 10.2.0.1\n',
      ].join('\n'),
    ),
  );
});

test('renderSeed: the guest knows itself, those it was told of, and whom to ask', () => {
  const dns = {
    servers: ['10.61.0.1', 'fd00::1'],
    search: ['a.test', 'b.test'],
    options: ['ndots:2', 'rotate'],
  };
  unpacked({ ...seed, dns, hosts: [{ name: 'db', address: '10.61.0.9' }] }, (dir) => {
    assert.deepEqual(readFileSync(join(dir, 'hosts'), 'utf8').trim().split('\n'), [
      '127.0.0.1 localhost',
      '::1 localhost ip6-localhost ip6-loopback',
      '10.61.0.2 my-vm',
      'fd00:61::2 my-vm',
      '10.61.0.9 db',
    ]);
    assert.equal(
      readFileSync(join(dir, 'resolv.conf'), 'utf8'),
      'search a.test b.test\nnameserver 10.61.0.1\nnameserver fd00::1\noptions ndots:2 rotate\n',
    );
  });
});

test('renderSeed: the command line and the environment survive any character', () => {
  unpacked(seed, (dir) => {
    const script = 'eval "set -- $(cat argv) $(cat environ)"; printf "%s\\n" "$@"';
    const said = execFileSync('busybox', ['sh', '-c', script], { cwd: dir, encoding: 'utf8' });
    assert.deepEqual(said.split('\n').slice(0, -1), [...seed.argv, ...seed.environ]);
  });
});

test('renderSeed: keys travel only to those who asked for SSH, and readable to root alone', () => {
  unpacked(seed, (dir) => assert.ok(!existsSync(join(dir, 'ssh_host_ed25519_key'))));
  unpacked({ ...seed, authorizedKeys: ['ssh-ed25519 AAAA x'] }, (dir) => {
    assert.equal(readFileSync(join(dir, 'authorized_keys'), 'utf8'), 'ssh-ed25519 AAAA x\n');
    assert.equal(statSync(join(dir, 'ssh_host_ed25519_key')).mode & 0o777, 0o600);
  });
});

test('renderSeed: copied files keep their place and permissions', () => {
  const files = [{ path: '/etc/app/conf', mode: 0o600, content: Buffer.from('x=1') }];
  unpacked({ ...seed, files }, (dir) => {
    assert.equal(readFileSync(join(dir, 'files/etc/app/conf'), 'utf8'), 'x=1');
    assert.equal(statSync(join(dir, 'files/etc/app/conf')).mode & 0o777, 0o600);
  });
});
