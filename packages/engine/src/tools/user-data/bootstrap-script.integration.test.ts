import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseGuestReports } from '../../vm/plan/exit-status.ts';
import { compileUserData } from './compile-user-data.ts';

const script = join(import.meta.dirname, '../../../../../guest/bootstrap');

/** A root file system of an image without anything, in which guest/bootstrap runs with the guest's shell. */
class Guest {
  readonly root: string;

  constructor(userData: string, context: TestContext) {
    this.root = mkdtempSync(join(tmpdir(), 'bootstrap-script-'));
    context.after(() => rmSync(this.root, { recursive: true }));
    mkdirSync(this.path('/dev'));
    writeFileSync(this.path('/dev/null'), '');
    mkdirSync(this.path('/etc'));
    writeFileSync(this.path('/etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    writeFileSync(this.path('/etc/group'), 'root:x:0:\n');
    mkdirSync(this.path('/run/ignite/user-data'), { recursive: true });
    copyFileSync('/bin/busybox', this.path('/run/ignite/busybox'));
    copyFileSync(script, this.path('/run/ignite/bootstrap'));
    for (const { path, content = '' } of compileUserData(`#cloud-config\n${userData}`, '{}'))
      writeFileSync(this.path(`/run/ignite/user-data/${path}`), content);
    writeFileSync(this.path('/run/ignite/user-data/instance'), 'uid\n');
    writeFileSync(this.path('/run/ignite/user-data/status'), '/status\n');
    this.boot();
  }

  path(path: string): string {
    return join(this.root, path);
  }

  /** Gives the guest a new status disk, as each boot does. */
  boot(): void {
    writeFileSync(this.path('/status'), Buffer.alloc(4_096));
  }

  run(part: 'early' | 'late'): void {
    const shell = ['/run/ignite/busybox', 'sh', '/run/ignite/bootstrap', part];
    execFileSync('chroot', [this.root, ...shell], { stdio: 'pipe', timeout: 240_000 });
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Returns what the host reads of it. */
  told(): string | undefined {
    const [report] = parseGuestReports(this.read('/status')).flatMap((each) =>
      each.kind === 'bootstrap' ? [each] : [],
    );
    return report && `${report.state} ${report.code} ${report.output}`.trim();
  }
}

test('files come before the image’s init, commands after, each once; boot commands come at each boot', (context) => {
  const guest = new Guest(
    `bootcmd: [echo booted]
write_files:
  - {path: /etc/made/secret, content: "a\\n", permissions: '0600'}
  - {path: /etc/added, content: "line\\n", append: true}
runcmd:
  - "echo 'back\\\\\\\\slash'; echo second"
  - [echo, 'x  y']
`,
    context,
  );
  guest.run('early');
  assert.equal(guest.told(), 'running 0');
  assert.equal(guest.read('/etc/made/secret'), 'a\n');
  assert.equal(statSync(guest.path('/etc/made/secret')).mode & 0o777, 0o600);
  guest.run('late');
  assert.equal(
    guest.told(),
    'done 0',
    'output of what has succeeded may have secrets, and stays in the guest',
  );
  const output = 'booted\nback\\\\slash\nsecond\nx  y\n';
  assert.equal(guest.read('/var/log/ignite-bootstrap.log'), output);
  guest.boot();
  guest.run('early');
  assert.equal(guest.told(), undefined);
  guest.run('late');
  assert.equal(guest.told(), 'done 0');
  assert.equal(guest.read('/var/log/ignite-bootstrap.log'), `${output}booted\n`);
  assert.equal(guest.read('/etc/added'), 'line\n');
  assert.equal(statSync(guest.path('/var/log/ignite-bootstrap.log')).mode & 0o777, 0o600);
});

test('a command that fails last, or does not make the sentinel, is told with the last output', (context) => {
  const failing = new Guest('runcmd: [echo tried, (exit 3)]', context);
  failing.run('early');
  failing.run('late');
  assert.equal(failing.told(), 'done 3 tried');
  const sentinel = '/run/cluster-api/bootstrap-success.complete';
  const silent = new Guest(`runcmd: ['false && echo success > ${sentinel}', echo after]`, context);
  silent.run('early');
  silent.run('late');
  assert.equal(silent.told(), `done 1 after\nignite: the commands have not made ${sentinel}`);
  const good = new Guest(
    `write_files: [{path: ${dirname(sentinel)}/placeholder}]\nruncmd: ['echo success > ${sentinel}']`,
    context,
  );
  good.run('early');
  good.run('late');
  assert.equal(good.told(), 'done 0');
});

test('commands that were cut short by a reset are not run again', (context) => {
  const guest = new Guest('runcmd: [echo x >>/ran, /run/ignite/busybox kill -9 $PPID]', context);
  guest.run('early');
  assert.throws(() => guest.run('late'));
  guest.boot();
  guest.run('early');
  guest.run('late');
  assert.equal(
    guest.told(),
    'done 1 ignite: the machine went down while the commands ran; they are not run again',
  );
  assert.equal(guest.read('/ran'), 'x\n');
});

test('setup that was cut short by a reset is done again, and adds no line twice', (context) => {
  const guest = new Guest('mounts: [[tmpfs, /mnt/a, tmpfs]]', context);
  guest.run('early');
  rmSync(guest.path('/var/lib/ignite/bootstrap-uid'));
  guest.run('early');
  assert.equal(guest.read('/etc/fstab'), 'tmpfs /mnt/a tmpfs defaults,nofail 0 2\n');
});

test('no command is run after a step of the setup that has failed', (context) => {
  const guest = new Guest('write_files: [{path: /a, owner: nobody-here}]\nruncmd: [echo x >/ran]', context);
  guest.run('early');
  guest.run('late');
  assert.match(
    guest.told() ?? '',
    /^done 1 .*nobody-here\nignite: put_file \/a has failed with exit status 1$/s,
  );
  assert.equal(existsSync(guest.path('/ran')), false);
});

test('output of any length and any bytes is told by its end', (context) => {
  const guest = new Guest(
    `runcmd: ["i=0; while [ $i -lt 300 ]; do echo '\\\\\\\\\\u00e4\\t' $i; i=$((i + 1)); done; exit 7"]`,
    context,
  );
  guest.run('early');
  guest.run('late');
  const told = guest.told() ?? '';
  assert.match(told, /^done 7 .*\\\\ 298\n\\\\ 299$/s);
  assert.ok(told.length > 500, told);
});
