import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BusyboxHost, busybox } from './fixtures/busybox.ts';
import type { Ignite, Started } from './fixtures/ignite.ts';

let host: BusyboxHost;
let ignite: Ignite;
before(async () => {
  host = await BusyboxHost.open(194);
  ignite = host.ignite;
});
// Asserts that nothing was left: no process, namespace, link, rule, lease, mount or temporary file.
after(() => host[Symbol.asyncDispose]());

const moments = 12;
const runOf = (name: string): readonly string[] => [
  ...['run', busybox, '--name', name, '--memory', '128MB', '--log-level', 'debug', '--', 'sleep', '1000'],
];
/** Counts the lines of a trace, which has one for each tool that is run and each step that begins. */
const linesOf = (text: string): number => text.split('\n').length;

async function untilItHasTold(command: Started, lines: number): Promise<void> {
  let isOver = false;
  void command.ended.then(() => (isOver = true));
  while (!isOver && linesOf(command.told()) < lines) await delay(1);
}

const runningNamed = (name: string): Promise<string> => ignite.ok('ps', '-q', '--filter', `name=${name}`);

async function identityOf(name: string): Promise<{ readonly uid: string; readonly pid: number }> {
  const { metadata } = JSON.parse(await ignite.ok('inspect', name));
  return { uid: metadata.uid, pid: (await ignite.processesOf(name)).vmm!.pid };
}

/**
 * Returns the traces of a VM on this host: processes that name it, its namespace, the links of its network,
 * its folders.
 */
function tracesOf(uid: string): readonly string[] {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid));
  const { dataDir, runDir } = ignite.paths;
  return [
    ...commands.filter((command) => command.includes(uid)),
    ...execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(uid)),
    ...[join(dataDir, 'vms', uid), join(runDir, 'vms', uid), join(dataDir, 'network', `${uid}.json`)].filter(
      (path) => existsSync(path),
    ),
  ];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

async function assertGone(uid: string): Promise<void> {
  await host.until(`nothing is left of ${uid}`, async () => tracesOf(uid).length === 0);
}

test('run is told to end, or killed, at twelve moments of its work: rm -f leaves nothing of the VM', async () => {
  const whole = ignite.start(runOf('whole'));
  assert.equal((await whole.ended).code, 0, whole.told());
  const lines = linesOf(whole.told());
  assert.ok(lines > moments, whole.told());
  await ignite.ok('rm', '-f', 'whole');
  for (let moment = 0; moment < moments; moment += 1) {
    for (const signal of ['terminate', 'kill'] as const) {
      const name = `${signal}-${moment}`;
      const command = ignite.start(runOf(name));
      await untilItHasTold(command, Math.floor((lines * moment) / moments));
      command[signal]();
      const { code } = await command.ended;
      if (signal === 'terminate') assert.ok(code === 130 || code === 0 || code === null, `${name}: ${code}`);
      for (const uid of (await ignite.ok('ps', '-a', '-q')).split('\n').filter(Boolean)) {
        await ignite.ok('rm', '-f', uid);
        await assertGone(uid);
      }
      assert.deepEqual(readdirSync(join(ignite.paths.dataDir, 'vms')), [], name);
    }
  }
});

test('the network of a VM that runs is taken from under it: stop and rm are clean, and another start mends it', async () => {
  const serve = 'mkdir -p /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www';
  await host.run('bare', serve, '-p', '18194:80');
  const { uid } = await identityOf('bare');
  const isServed = async (): Promise<boolean> =>
    await fetch('http://127.0.0.1:18194/').then(
      async (answer) => (await answer.text()) === 'served\n',
      () => false,
    );
  await host.until('it serves', isServed);

  const rules = execFileSync('iptables-save', ['-t', 'nat'], { encoding: 'utf8' }).split('\n');
  const chains = rules.filter((rule) => rule.includes(uid)).map((rule) => / -j (CNI-\S+)$/.exec(rule)?.[1]);
  for (const chain of new Set(chains))
    if (chain !== undefined) execFileSync('iptables', ['-t', 'nat', '-F', chain]);
  const pidFile = join(ignite.paths.dataDir, 'network/dnsmasq', 'ignite-test-194', 'dnsmasq.pid');
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  execFileSync('ip', ['netns', 'delete', `ignite-${uid}`]);
  const stopped = await ignite.run('stop', '-f', 'bare');
  assert.deepEqual([stopped.code, /error|warning/.test(stopped.stderr)], [0, false], stopped.stderr);
  assert.equal(await runningNamed('bare'), '');

  await ignite.ok('start', 'bare');
  await host.until('it serves again', isServed);
  process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
  await ignite.ok('rm', '-f', 'bare');
  await assertGone(uid);
});

test('the folder of a VM that runs is moved away: it is stopped, started anew and removed in order', async () => {
  await host.run('homeless', 'exec sleep 1000');
  const { uid } = await identityOf('homeless');
  const folder = join(ignite.paths.dataDir, 'vms', uid);
  const away = join(ignite.dir, 'away');
  renameSync(folder, away);
  await ignite.ok('stop', '-f', 'homeless');
  assert.equal(await runningNamed('homeless'), '');
  await ignite.ok('start', 'homeless');
  assert.notEqual(await runningNamed('homeless'), '');
  await ignite.ok('rm', '-f', 'homeless');
  await assertGone(uid);
  rmSync(away, { recursive: true });
});

test('the monitor of a VM is killed, and then its VMM: it is seen to have ended, starts again and goes without a trace', async () => {
  await host.run('unwatched', 'exec sleep 1000');
  const { uid, pid } = await identityOf('unwatched');
  const { monitor } = await ignite.processesOf('unwatched');
  process.kill(monitor!.pid, 'SIGKILL');
  process.kill(pid, 'SIGKILL');
  await host.until('it has ended', async () => (await runningNamed('unwatched')) === '');
  await ignite.ok('start', 'unwatched');
  await ignite.ok('rm', '-f', 'unwatched');
  await assertGone(uid);
});
