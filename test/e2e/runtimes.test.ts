import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@ignite/toolkit/clock/until.sample';
import { type TestDaemon, startContainerd, startDocker } from './fixtures/daemons.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

type Daemon = 'containerd' | 'docker';
const all: readonly Daemon[] = ['containerd', 'docker'];

let leaks: AsyncDisposable;
let plain: Ignite;
let ignite: Ignite;
const daemons = new Map<Daemon, TestDaemon>();
const refusals = new Map<Daemon, string>();

before(async () => {
  leaks = watchLeaks();
  for (const [name, start] of [
    ['containerd', startContainerd],
    ['docker', startDocker],
  ] as const) {
    try {
      daemons.set(name, await start());
    } catch (failure) {
      refusals.set(name, String(failure));
    }
  }
  plain = await Ignite.openWithKernel(135);
  ignite = plain.with({
    CONTAINERD_ADDRESS: daemons.get('containerd')?.socket ?? '/none/containerd.sock',
    DOCKER_HOST: `unix://${daemons.get('docker')?.socket ?? '/none/docker.sock'}`,
  });
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  for (const daemon of daemons.values()) await daemon[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Returns the daemon. If it cannot even start on this host, returns `undefined` and skips the test. */
function daemonOf(name: Daemon, t: TestContext): TestDaemon | undefined {
  const refusal = refusals.get(name);
  if (refusal !== undefined) t.skip(`${name} does not start here: ${refusal}`);
  return daemons.get(name);
}

const runArgs = (name: string, runtime: string, ...command: readonly string[]): readonly string[] => [
  ...['run', '--runtime', runtime, 'busybox', '--name', name, '--memory', '128MB', '--', ...command],
];
const field = async (vm: string, path: string): Promise<string> =>
  (await ignite.ok('inspect', 'vm', vm, '--format', `{{${path}}}`)).trim();

/** Returns the names of the daemon's own containers. */
function containers(name: Daemon): string {
  const socket = daemons.get(name)!.socket;
  return name === 'containerd'
    ? execFileSync('ctr', ['-a', socket, '-n', 'ignite', 'containers', 'list', '-q'], { encoding: 'utf8' })
    : execFileSync('curl', ['-s', '--unix-socket', socket, 'http://docker/containers/json?all=1'], {
        encoding: 'utf8',
      });
}

for (const name of all) {
  test(`${name} runs a VM: it is listed, logged, stopped, started again and removed`, async (t) => {
    if (!daemonOf(name, t)) return;
    const vm = `on-${name}`;
    await ignite.ok(...runArgs(vm, name, 'sh', '-c', 'echo hello from the guest; sleep 1000'));
    const uid = await field(vm, '.metadata.uid');
    assert.equal(await field(vm, '.spec.sandbox.runtime'), name);
    assert.ok(containers(name).includes(`ignite-${uid}`));
    assert.match(await ignite.ok('ps'), new RegExp(`${vm}`));
    await until('the guest says hello', async () =>
      (await ignite.ok('logs', vm)).includes('hello from the guest'),
    );
    await ignite.ok('stop', '--time', '0', vm);
    assert.equal(await ignite.ok('ps', '-q'), '');
    assert.ok(!containers(name).includes(uid), 'the daemon keeps nothing of a VM that is stopped');
    await ignite.ok('start', vm);
    assert.ok(containers(name).includes(uid), 'what it was made with holds for later starts');
    await ignite.ok('stop', '-f', vm);
    await ignite.ok('start', '--runtime', 'conmon', vm);
    assert.ok(!containers(name).includes(uid), 'until another one is asked for');
    await ignite.ok('rm', '-f', vm);
  });

  test(`${name}: while it is down its VMs go on, and are ended once it is up`, async (t) => {
    const daemon = daemonOf(name, t);
    if (!daemon) return;
    const vm = `orphan-of-${name}`;
    await ignite.ok(...runArgs(vm, name, 'sh', '-c', 'while :; do date +%s; sleep 1; done'));
    await daemon.kill();
    try {
      assert.match(await ignite.ok('ps'), new RegExp(vm));
      const lines = async (): Promise<number> => (await ignite.ok('logs', vm)).split('\n').length;
      const before = await lines();
      await until('the guest says more', async () => (await lines()) > before);
      const refused = await ignite.run('rm', '-f', vm);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        new RegExp(`^error: ${name} does not answer at /.*\n.*hint: start it`, 's'),
      );
      assert.equal(await ignite.ok('ps', '-q'), '', 'its end needs no daemon');
      const other = await ignite.run('create', '--runtime', name, 'busybox', '--name', `${vm}-2`);
      assert.match(other.stderr, /using conmon instead/);
      await ignite.ok('rm', `${vm}-2`);
    } finally {
      await daemon.start();
    }
    await ignite.ok('rm', '-f', vm);
    assert.ok(!containers(name).includes('ignite-'));
  });

  test(`${name}: kill -9 during run and rm: the next command completes or clears up`, async (t) => {
    if (!daemonOf(name, t)) return;
    for (const point of [300, 600, 900]) {
      const vm = `killed-${name}-${point}`;
      const command = ignite.start(runArgs(vm, name, 'sleep', '1000'));
      await delay(point);
      command.kill();
      await command.ended;
      const exists = (await ignite.ok('ps', '-a', '-q', '--filter', `name=${vm}`)) !== '';
      await (exists ? ignite.ok('start', vm) : ignite.ok(...runArgs(vm, name, 'sleep', '1000')));
      const removal = ignite.start(['rm', '-f', vm]);
      await delay(point / 3);
      removal.kill();
      await removal.ended;
      const left = await ignite.ok('ps', '-a', '-q', '--filter', `name=${vm}`);
      if (left !== '') await ignite.ok('rm', '-f', vm);
    }
    assert.ok(!containers(name).includes('ignite-'));
  });

  test(`${name} may hold images and kernels: they are taken from there before a registry is asked`, async (t) => {
    const daemon = daemonOf(name, t);
    if (!daemon) return;
    const archive = join(plain.dir, `${name}.tar`);
    for (const [image, of] of [
      ['kept-here:1', 'busybox'],
      ['kernel-here:1', 'kernel'],
    ] as const) {
      const source = ['--insecure-policy', 'copy', '-q', `oci-archive:${imageArchive(of)}`];
      if (name === 'docker') {
        const to = ['--dest-daemon-host', `unix://${daemon.socket}`, `docker-daemon:${image}`];
        execFileSync('skopeo', [...source, ...to]);
      } else {
        execFileSync('skopeo', [...source, `docker-archive:${archive}:docker.io/library/${image}`]);
        execFileSync('ctr', ['-a', daemon.socket, '-n', 'k8s.io', 'images', 'import', archive], {
          stdio: 'pipe',
        });
        execFileSync('rm', [archive]);
      }
    }
    const args = [
      'run',
      '-i',
      '--runtime',
      name,
      '--memory',
      '128MB',
      '-k',
      'kernel-here:1',
      '--name',
      'local',
    ];
    assert.match(await ignite.ok(...args, 'kept-here:1', '--', 'echo', 'booted'), /booted/);
    await ignite.ok('rm', 'local');
    await ignite.ok('rmi', 'kept-here:1');
    await ignite.ok('rmk', 'kernel-here:1');
    const sources = {
      docker: ['docker-daemon:kept-here:1'],
      containerd: ['containerd:kept-here:1', 'containerd://k8s.io/kept-here:1'],
    };
    for (const source of sources[name]) {
      await ignite.ok('image', 'import', source);
      await ignite.ok('rmi', 'kept-here:1');
    }
    const missing = name === 'docker' ? 'docker-daemon:none:1' : 'containerd://default/kept-here:1';
    const result = await ignite.run('image', 'import', missing);
    assert.equal(result.code, 1);
    assert.match(result.stderr, new RegExp(`^error: ${name} has no image ".*"`, 'm'));
  });
}

test('containerd that is slow: a start that is killed or interrupted is taken up or undone', async (t) => {
  if (!daemonOf('containerd', t)) return;
  await using daemon = await startContainerd({ shimSeconds: 8 });
  const slow = plain.with({ CONTAINERD_ADDRESS: daemon.socket });
  const list = ['-a', daemon.socket, '-n', 'ignite', 'containers', 'list', '-q'];
  const known = (): string => execFileSync('ctr', list, { encoding: 'utf8' });
  const making = async (vm: string): Promise<ReturnType<Ignite['start']>> => {
    const before = known();
    const command = slow.start(runArgs(vm, 'containerd', 'sleep', '1000'));
    await until('containerd knows it', () => known() !== before);
    return command;
  };
  for (const next of [['start'], ['rm', '-f']]) {
    const vm = `slow-${next[0]}`;
    const killed = await making(vm);
    killed.kill();
    await killed.ended;
    await slow.ok(...next, vm);
  }
  await slow.ok('rm', '-f', 'slow-start');
  const interrupted = await making('slow-interrupted');
  interrupted.interrupt();
  assert.equal((await interrupted.ended).code, 130);
  assert.equal(known(), '', 'what was not begun before the interrupt is undone');
  assert.equal(await slow.ok('ps', '-q'), '');
  await slow.ok('rm', 'slow-interrupted');
});

test('the end of a VM is cleared up after at once by containerd, and by the next look under Docker', async (t) => {
  if (!daemonOf('containerd', t) || !daemonOf('docker', t)) return;
  const netns = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  await ignite.ok(...runArgs('ends', 'containerd', 'sh', '-c', 'exit 3'));
  const uid = await field('ends', '.metadata.uid');
  await until('its network is gone', () => !netns().includes(uid));
  assert.equal((await ignite.ok('wait', 'ends')).trim(), '3');
  await ignite.ok(...runArgs('ends-too', 'docker', 'sh', '-c', 'exit 4'));
  assert.equal((await ignite.ok('wait', 'ends-too')).trim(), '4');
  assert.ok(!netns().includes(await field('ends-too', '.metadata.uid')));
  await ignite.ok('rm', 'ends', 'ends-too');
});

test('a runtime that this host has not is replaced for a flag, and insisted on by a manifest', async () => {
  const bare = plain.with({ CONTAINERD_ADDRESS: '/none/c.sock', DOCKER_HOST: 'unix:///none/d.sock' });
  const flags = ['--runtime=docker', '--network-plugin=docker-bridge'];
  const made = await bare.run(...flags, 'create', 'busybox', '--name', 'flagged');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /docker .*at \/none\/d\.sock: using conmon instead/);
  assert.match(made.stderr, /note: --network-plugin docker-bridge: /);
  assert.equal(await field('flagged', '.spec.sandbox.runtime'), 'conmon');
  const manifest = join(plain.dir, 'declared.yaml');
  const spec = 'spec: {image: {oci: busybox}, memory: 128MB, sandbox: {runtime: docker}}';
  writeFileSync(
    manifest,
    `apiVersion: ignite.weave.works/v1\nkind: VM\nmetadata: {name: declared}\n${spec}\n`,
  );
  const refused = await bare.run('run', '--config', manifest);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\/none\/d\.sock/);
  assert.doesNotMatch(await ignite.ok('ps', '-a'), /declared/, 'nothing was made');
  for (const [wrong, said] of [
    [['--runtime', 'inert'], /inert/],
    [
      ['--network-plugin', 'docker-bridge'],
      /"docker-bridge" network plugin can only be used with the "docker" runtime/,
    ],
  ] as const) {
    const result = await bare.run('create', 'busybox', ...wrong);
    assert.equal(result.code, 2);
    assert.match(result.stderr, said);
  }
  for (const [daemon, at] of [
    ['containerd', '/none/c.sock'],
    ['docker', '/none/d.sock'],
  ] as const)
    assert.match(
      (await bare.run('doctor')).stdout,
      new RegExp(`^! ${daemon}: .* at ${at}\n.*impact: .*\n.*fix: `, 'm'),
    );
  await ignite.ok('rm', 'flagged');
});

test('annotations add to the environment of the sandbox', async () => {
  const manifest = join(plain.dir, 'annotated.yaml');
  const lines = (variable: string): string =>
    [
      'apiVersion: ignite.weave.works/v1alpha4',
      'kind: VM',
      `metadata: {name: annotated, annotations: {ignite.weave.works/sandbox-env/${variable}: a b=c}}`,
      'spec: {image: {oci: busybox}, memory: 128MB}',
    ].join('\n');
  writeFileSync(manifest, lines('EXTRA'));
  await ignite.ok('run', '--config', manifest, '--', 'sleep', '1000');
  const { pid } = (await ignite.processesOf('annotated')).vmm!;
  assert.ok(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes('EXTRA=a b=c'));
  await ignite.ok('rm', '-f', 'annotated');
  writeFileSync(manifest, lines('NOT-A-NAME'));
  const refused = await ignite.run('create', '--config', manifest);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /does not name an environment variable/);
});
