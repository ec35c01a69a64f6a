import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const become = readFileSync(join(import.meta.dirname, '../../../../../guest/become'), 'utf8');

/** Returns a function of the script. */
const functionOf = (name: string): string =>
  new RegExp(String.raw`^${name}\(\) \{\n.*?^\}`, 'ms').exec(become)?.[0] ?? '';

/** What a guest has on its disk that has taken the identity of its seed. */
const own: Readonly<Record<string, string>> = {
  'seed/authorized_keys': 'ssh-ed25519 own\n',
  'seed/ssh_host_ed25519_key': 'own',
  'var/lib/ignite/uid': 'own\n',
  'var/lib/ignite/authorized_keys': 'ssh-ed25519 own\n',
  'root/.ssh/authorized_keys': 'ssh-ed25519 of-a-user\nssh-ed25519 own\n',
  'etc/ssh/ssh_host_ed25519_key': 'own',
};

/** Runs become after its writes have left these files. Returns its answer. */
function answerFor(files: Readonly<Record<string, string>>, name = hostname()): string {
  const root = mkdtempSync(join(tmpdir(), 'become-script-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    writeFileSync(join(root, 'seed/env'), '');
    const functions = ['has_identity', 'has_keys', 'become'].map(functionOf);
    const script = [
      'root=$1 seed=$1/seed VM_UID=own HOSTNAME=$2',
      ...functions,
      'did() { :; }; receive() { :; }; renew_kernel() { :; }; renew_boot_id() { :; }; renew_network() { :; }; write_identity() { :; }; renew_ssh() { :; }; run_hooks() { :; }',
      'if become 1; then echo done; else echo "failed $why"; fi',
    ].join('\n');
    const { stdout, stderr } = spawnSync('/bin/busybox', ['sh', '-c', script, 'sh', root, name], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    return stdout + stderr;
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('become: a guest whose disk has not taken its identity does not say that it has', () => {
  assert.equal(answerFor(own), 'done\n');
  const { 'seed/authorized_keys': _keys, 'var/lib/ignite/authorized_keys': _known, ...withoutSsh } = own;
  assert.equal(answerFor(withoutSsh), 'done\n');
  const failed = 'failed its identity could not be written: the disk may be read-only or full\n';
  for (const path of Object.keys(own).filter((each) => !each.startsWith('seed/')))
    assert.equal(answerFor({ ...own, [path]: 'of another' }), failed, path);
  assert.equal(answerFor(own, 'another-host-name'), failed);
});

/** Runs renew_boot_id twice in mounts of its own, in a guest that had the uid `was`. Returns the boot IDs before, after the first and after the second time. */
function bootIds(was: string): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'become-script-'));
  try {
    mkdirSync(join(root, 'var/lib/ignite'), { recursive: true });
    writeFileSync(join(root, 'var/lib/ignite/uid'), `${was}\n`);
    const script = [
      'root=$1 here=$1 VM_UID=own why= shown=/proc/sys/kernel/random/boot_id',
      /^renew_boot_id\(\) \{\n.*?^\}/ms.exec(become)?.[0] ?? '',
      'pidof() { return 1; }', // the journal of this host is not the guest's
      'cat $shown; renew_boot_id; cat $shown; renew_boot_id; cat $shown; echo "$why" >&2',
    ].join('\n');
    const args = ['--mount', '--', '/bin/busybox', 'sh', '-c', script, 'sh', root];
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', timeout: 240_000 });
    assert.equal(stderr, '\n');
    return stdout.trim().split('\n');
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('become: a guest that is another VM gets a boot ID of its own each time, and the same VM keeps its own', () => {
  const [before, ...after] = bootIds('other');
  for (const id of after) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(new Set([before, ...after]).size, 3);
  assert.deepEqual(bootIds('own'), [before, before, before]);
});

/** Runs rename in a guest with these files, whose host name is `old`. Returns its answer and what the files are then. */
function renamed(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'become-script-'));
  try {
    mkdirSync(join(root, 'etc'));
    for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
    writeFileSync(join(root, 'kernel'), 'old\n');
    const [rename = ''] = /^rename\(\) \{\n.*?^\}/ms.exec(become) ?? [];
    const script = [
      'root=$1 here=$1',
      rename.replaceAll('/proc/sys/kernel/hostname', '$root/kernel'),
      'install_applets() { :; }',
      'if rename web; then echo done; else echo "failed $why"; fi',
    ].join('\n');
    const { stdout, stderr } = spawnSync('/bin/busybox', ['sh', '-c', script, 'sh', root], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    const paths = ['kernel', 'etc/hostname', 'etc/hosts'];
    return [stdout + stderr, ...paths.map((path) => readFileSync(join(root, path), 'utf8'))];
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('rename: a guest has its new host name at once, and in the files that were written for it', () => {
  const hosts = '# ignite\n127.0.0.1 localhost\n10.0.0.2 old\n10.0.0.3 old-one\n';
  assert.deepEqual(renamed({ 'etc/hosts': hosts }), [
    'done\n',
    'web\n',
    'web\n',
    '# ignite\n127.0.0.1 localhost\n10.0.0.2 web\n10.0.0.3 old-one\n',
  ]);
  const own = '10.0.0.2 old\n';
  assert.deepEqual(
    renamed({ 'etc/hosts': own }),
    ['done\n', 'web\n', 'web\n', own],
    'files of the user stay',
  );
});

/** Runs serve of a guest that has these programs. Returns its answer and whether they run. */
function served(programs: readonly string[]): readonly [string, string] {
  const root = mkdtempSync(join(tmpdir(), 'become-script-'));
  try {
    for (const name of programs) writeFileSync(join(root, name), '');
    const script = [
      'programs=$1 server= why=',
      functionOf('serve').replaceAll('/sys/class/virtio-ports', '$programs'),
      'run_perl() { [ -f $1/perl ] || return; [ "$2" = -e ] || echo "$2" >$1/ran; }',
      'if serve 0 4>&2 6>&2 7>&2; then echo done; else echo "failed $why"; fi',
      'wait; cat $programs/ran 2>/dev/null',
    ].join('\n');
    const { stdout } = spawnSync('/bin/busybox', ['sh', '-c', script, 'sh', root], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    const [answer, ran] = stdout.replaceAll(root, '').split('\n');
    return [answer!, ran!];
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('serve: a guest that cannot run commands says so', () => {
  assert.deepEqual(served(['serve-commands', 'perl']), ['done', '/serve-commands']);
  for (const programs of [['perl'], ['serve-commands'], []])
    assert.deepEqual(served(programs), ['failed it has nothing that can run commands', '']);
});
