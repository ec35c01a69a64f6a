import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Report, runInLanes } from '../../scripts/lanes.ts';

const scripts = join(import.meta.dirname, '../../scripts');
const lane = join(scripts, 'lane');
const patienceMs = 300_000;
/** A folder in the checkout, which lanes see as it is, whereas each has a /tmp of its own. */
const dir = mkdtempSync(join(scripts, '../.cache/lanes-'));
after(() => rmSync(dir, { recursive: true }));
delete process.env['NODE_TEST_CONTEXT']; // without it, test files that run here are runs of their own

function folder(name: string): string {
  const path = join(dir, name);
  mkdirSync(path);
  return path;
}

function testFile(name: string, ...lines: readonly string[]): string {
  const path = join(dir, `${name}.test.ts`);
  writeFileSync(path, ["import { test } from 'node:test';", ...lines, ''].join('\n'));
  return path;
}

test('a command in a lane has processes, files and a network of its own, and its exit code is told', () => {
  const tmp = folder('own');
  const changed = ['/etc/changed', '/var/lib/changed', '/dev/shm/changed', '/run/changed'];
  const lines = [
    ...[`touch /tmp/here ${changed.join(' ')}`, 'ip link add alone type bridge', 'ls /sys/class/net'],
    ...['test -d /sys/fs/cgroup', 'ls -d /proc/[0-9]* | wc -l', 'exit 7'],
  ];
  const { status, stdout, stderr } = spawnSync(lane, [tmp, 'sh', '-euc', lines.join('\n')], {
    encoding: 'utf8',
  });
  assert.equal(status, 7, stderr);
  const said = stdout.trim().split('\n');
  assert.deepEqual(said.slice(0, -1), ['alone', 'lo', 'tap0']);
  assert.ok(Number(said.at(-1)) < 10, stdout);
  // A checkout that is in /tmp itself is shown in the lane's too.
  const made = readdirSync(tmp).filter((name) => !scripts.startsWith(`/tmp/${name}/`));
  assert.deepEqual(made, ['here']);
  assert.deepEqual(changed.filter(existsSync), []);
  assert.ok(!existsSync('/sys/class/net/alone'));
});

test('a lane reaches what this machine reaches, but nothing on its loopback', async () => {
  using cleanup = new DisposableStack();
  const address = '198.51.100.217';
  execFileSync('ip', ['link', 'add', 'iglane', 'type', 'bridge']);
  cleanup.defer(() => execFileSync('ip', ['link', 'delete', 'iglane']));
  for (const words of [`address add ${address}/32 dev iglane`, 'link set iglane up'])
    execFileSync('ip', words.split(' '));
  const server = createServer((_, answer) => answer.end('answered')).listen(0, '0.0.0.0');
  cleanup.defer(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const look = (at: string, seconds: number): string => `echo ${at} $(curl -s -m ${seconds} ${at}:${port})`;
  const line = [look(address, 300), look('127.0.0.1', 20), look('10.0.2.2', 20)].join('; ');
  const asking = spawn(lane, [folder('reaching'), 'sh', '-c', line], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const part of asking.stdout) said += String(part);
  assert.equal(said, `${address} answered\n127.0.0.1\n10.0.2.2\n`);
});

test('files in lanes are reported whole, with counts and why tests failed, and one that is killed has failed', async () => {
  const thrown = "throw new Error('bad luck')";
  const mixed = testFile(
    'mixed',
    ...[
      "test('one', () => {});",
      "test('two', { skip: true }, () => {});",
      `test('three', () => { ${thrown}; });`,
    ],
  );
  const killed = testFile('killed', "process.kill(process.ppid, 'SIGKILL');", "test('one', () => {});");
  const reports = new Map<string, Report>();
  await runInLanes([mixed, killed], (report) => reports.set(report.file, report));
  const outcome = reports.get(mixed)!.outcome;
  assert.deepEqual(outcome.counts, { passed: 1, failed: 1, skipped: 1 });
  assert.match(outcome.failures.join(), /^three\nError: bad luck\n +at /);
  assert.match(reports.get(mixed)!.output, /✔ one[^]* two [^]*✖ three[^]*bad luck/);
  const { counts, failures } = reports.get(killed)!.outcome;
  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(failures.join(), /killed\.test\.ts ended with \d+ before it told what came of its tests$/);
});

test('when the runner is killed its lanes end, and their folders go', async () => {
  const file = testFile(
    'endless',
    ...[
      "import { writeFileSync } from 'node:fs';",
      "test('one', async () => {",
      "  writeFileSync('/tmp/begun', '');",
    ],
    ...['  await new Promise((done) => setTimeout(done, 2 ** 30));', '});'],
  );
  const program = `import { runInLanes } from '${join(scripts, 'lanes.ts')}'; await runInLanes(['${file}'], () => {});`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  using cleanup = new DisposableStack();
  cleanup.defer(() => runner.kill('SIGKILL'));
  const ended = once(runner, 'close');
  const folders = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('ignite-lanes-'));
  await until(() => {
    assert.equal(runner.exitCode, null, 'the runner waits for its lanes');
    return folders().some((name) => existsSync(join(tmpdir(), name, '1/begun')));
  });
  assert.ok(commands().some((command) => command.includes(file)));
  runner.kill('SIGKILL');
  await ended;
  await until(() => folders().length === 0);
  await until(() => !commands().some((command) => command.includes(file)));
});

const commands = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // it has just ended
      }
    });

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !isSo(); await delay(50))
    assert.ok(Date.now() < deadline, 'it never came true');
}
