import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newUid } from '@ignite/toolkit/object/uid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { ConmonSandbox } from './conmon-sandbox.ts';
import { ended, testSandboxContract } from './sandbox.contract.ts';
import { sandboxUser } from './sandbox.ts';

const signal = AbortSignal.timeout(120_000);

testSandboxContract('ConmonSandbox', open);

test('ConmonSandbox: a program has a user of its own, no capability, a filter, and no way to more', async () => {
  await using at = await open();
  const uid = newUid();
  await at.launch(uid, 'cat /proc/self/status');
  await ended(at.sandbox, uid);
  const said = at.log(uid);
  const user = sandboxUser(uid);
  assert.match(said, new RegExp(`Uid:\\s+${user}\\s+${user}\\s+${user}\\s+${user}`));
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    assert.match(said, new RegExp(`${set}:\\s+0{16}`), set);
  assert.match(said, /NoNewPrivs:\s+1/);
  assert.match(said, /Seccomp:\s+2/);
});

test("ConmonSandbox: a program sees its own processes, a root it can't write to, and what was mounted for it", async () => {
  await using at = await open();
  const uid = newUid();
  const line = [
    'ls -d /proc/[0-9]* | wc -l',
    'touch /x; touch /usr/x; touch /vm/busybox',
    'mount -t tmpfs none /tmp; echo "mount: $?"',
    'touch /vm/out/made; echo "write: $?"',
    'ls /etc /home /root /var',
    'ip -o link | wc -l',
  ].join('; ');
  await at.launch(uid, line);
  await ended(at.sandbox, uid);
  const said = at.log(uid);
  assert.match(said, /stdout F [123]\n/);
  assert.equal(said.match(/Read-only file system|Permission denied/g)?.length, 3, said);
  assert.match(said, /mount: [1-9]/);
  assert.match(said, /write: 0/);
  assert.ok(!/passwd|shadow|lib\/dpkg/.test(said), said);
});

test('ConmonSandbox: memory and processes are limited', async () => {
  await using at = await open();
  const uid = newUid();
  await at.launch(uid, 'x=a; while :; do x=$x$x; done');
  const found = await ended(at.sandbox, uid);
  assert.equal(found.state, 'exited');
  assert.notEqual(found.state === 'exited' && found.exitCode, 0);
  const busy = newUid();
  await at.launch(busy, 'i=0; while [ $i -lt 400 ]; do sleep 1000 & i=$((i+1)); done; echo "all began"');
  await ended(at.sandbox, busy);
  assert.ok(!at.log(busy).includes('all began'));
});

test('ConmonSandbox: after the end the exit command runs on the host', async () => {
  await using at = await open();
  const uid = newUid();
  const mark = join(at.dir, 'mark');
  await at.launch(uid, 'exit 0', ['/usr/bin/touch', mark]);
  await ended(at.sandbox, uid);
  for (let tries = 0; !existsSync(mark) && tries < 200; tries += 1) await delay(20);
  assert.ok(existsSync(mark));
});

test('ConmonSandbox: a program that cannot be started is told of, and leaves nothing', async () => {
  await using at = await open();
  const uid = newUid();
  const spec = { ...at.spec(uid, ''), argv: ['/vm/none', uid] };
  await assert.rejects(at.sandbox.launch(spec, signal), { code: 'SANDBOX_FAILED', message: /\/vm\/none/ });
  await at.sandbox.remove(uid, signal);
  assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
  assert.equal(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(uid), false);
});

test('ConmonSandbox: what a reboot left of a sandbox is seen to have ended, and is removed', async () => {
  await using at = await open();
  const uid = newUid();
  const { pid } = await at.launch(uid, 'sleep 1000');
  const monitor = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .find((line) => /^\s*\d+\s+\S*conmon/.test(line) && line.includes(uid));
  for (const victim of [Number.parseInt(monitor!, 10), pid]) process.kill(victim, 'SIGKILL');
  while (existsSync(`/proc/${pid}/exe`)) await delay(10);
  assert.deepEqual(await at.sandbox.observe(uid), { state: 'exited' });
  await at.sandbox.remove(uid, signal);
  assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
});

/** On busybox, in a namespace of its own. */
async function open() {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-sandbox-'));
  const netns = `igtest-${newUid()}`;
  execFileSync('ip', ['netns', 'add', netns]);
  mkdirSync(join(dir, 'out'));
  const sandbox = new ConmonSandbox(join(dir, 'run'), localRunner);
  const launched = new Set<string>();
  const logPath = (uid: string) => join(dir, `${uid}.log`);
  const spec = (uid: string, line: string, exitCommand: readonly string[] = ['/bin/true']) => ({
    uid,
    argv: ['/vm/busybox', 'sh', '-c', line, `ignite-${uid}`],
    user: sandboxUser(uid),
    netnsPath: `/run/netns/${netns}`,
    mounts: [
      { source: '/bin/busybox', target: '/vm/busybox', writable: false },
      { source: join(dir, 'out'), target: '/vm/out', writable: true },
    ],
    devices: [],
    memoryLimit: bytes(64 * 2 ** 20),
    cpuLimit: 1,
    logPath: logPath(uid),
    exitCommand,
  });
  return {
    dir,
    sandbox,
    spec,
    launch: (uid: string, line: string, exitCommand?: readonly string[]) => {
      launched.add(uid);
      return sandbox.launch(spec(uid, line, exitCommand), signal);
    },
    log: (uid: string) => readFileSync(logPath(uid), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      for (const uid of launched) await sandbox.remove(uid, signal);
      execFileSync('ip', ['netns', 'delete', netns]);
      rmSync(dir, { recursive: true });
    },
  };
}
