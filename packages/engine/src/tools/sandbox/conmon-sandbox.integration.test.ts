import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { bundleConfig } from './bundle.ts';
import { ConmonSandbox } from './conmon-sandbox.ts';
import { testImagePrograms } from './image-programs.contract.ts';
import {
  openSandbox,
  testBlockDevices,
  testExitCommand,
  testPrivileges,
  testSandboxContract,
} from './sandbox.contract.ts';

const signal = new AbortController().signal;
const open = () => openSandbox((runDir) => new ConmonSandbox(runDir, localRunner));

testSandboxContract('ConmonSandbox', open);
testExitCommand('ConmonSandbox', open);
testBlockDevices('ConmonSandbox', open);
testPrivileges('ConmonSandbox', open);
testImagePrograms(open);

const crun = '/usr/bin/crun';
/** crun refuses such hosts: "cgroups in hybrid mode not supported". */
const isHybrid = existsSync('/sys/fs/cgroup/unified');
if (!isHybrid && existsSync(crun)) {
  const onCrun = () =>
    openSandbox((runDir) => new ConmonSandbox(runDir, localRunner, () => Promise.resolve(crun)));
  testSandboxContract('ConmonSandbox with crun', onCrun);
}

test(
  'ConmonSandbox: where crun cannot run, it runs the same bundle all the same, but for its limits',
  {
    skip: !isHybrid && 'the whole contract is tested with crun on this host',
  },
  async () => {
    await using at = await open();
    const bundle = join(at.dir, 'bundle');
    mkdirSync(join(bundle, 'rootfs'), { recursive: true });
    const config = v.parse(
      v.looseObject({ linux: v.looseObject({}) }),
      bundleConfig(at.spec(newUid(), 'cat /proc/self/status'), { readOnly: [] }),
    );
    const { resources: _limits, cgroupsPath: _path, ...linux } = config.linux;
    writeFileSync(join(bundle, 'config.json'), JSON.stringify({ ...config, linux }));
    // The command hides the other cgroup hierarchies, as if there was only version 2.
    const line = 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$0" "$@"';
    const args = [crun, `--root=${at.dir}/crun`, 'run', '--bundle', bundle, `ignite-${newUid()}`];
    const said = execFileSync('unshare', ['--mount', 'sh', '-c', line, ...args], { encoding: 'utf8' });
    assert.match(said, /CapEff:\s+0{16}\n[^]*NoNewPrivs:\s+1\nSeccomp:\s+2\n/);
  },
);

test('ConmonSandbox: a program that is to disturb nobody is the first to go if memory is short', async () => {
  await using at = await open();
  const { pid } = await at.launch(newUid(), 'exec sleep 600', { isSpare: true });
  assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim(), '1000');
});

test('ConmonSandbox: a program whose memory the kernel is still taking back runs until it is gone', async () => {
  await using at = await open();
  const uid = newUid();
  // dd allocates 300 MB and touches every page.
  const line = 'echo up; exec dd if=/dev/zero of=/dev/null bs=300M';
  const { pid } = await at.launch(uid, line, { memoryLimit: bytes(400 * 2 ** 20) });
  const size = (): number =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  while (!(size() > 290_000)) await delay(10, undefined, { signal });
  process.kill(pid, 'SIGKILL');
  const seen = new Set<string>();
  for (let state = 'running'; state !== 'exited'; seen.add(state))
    ({ state } = await at.sandbox.observe(uid));
  assert.ok(!seen.has('partial'), [...seen].join());
});

test('ConmonSandbox: what a reboot left of a sandbox is seen to have ended, and is removed', async () => {
  await using at = await open();
  const uid = newUid();
  const { pid } = await at.launch(uid, 'sleep 1000');
  const monitor = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .find((line) => /^\s*\d+\s+\S*conmon/.test(line) && line.includes(uid));
  for (const victim of [Number.parseInt(monitor!, 10), pid]) process.kill(victim, 'SIGKILL');
  while ((await at.sandbox.observe(uid)).state !== 'exited') await delay(10);
  assert.deepEqual(await at.sandbox.observe(uid), { state: 'exited' });
  await at.sandbox.remove(uid, signal);
  assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
});
