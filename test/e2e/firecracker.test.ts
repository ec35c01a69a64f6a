import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { LocalClient } from '@ignite/engine/operations/client/local-client';
import { firecracker } from '@ignite/engine/tools/vmm/firecracker/firecracker';
import { qemu } from '@ignite/engine/tools/vmm/qemu/qemu';
import type { Vmm } from '@ignite/engine/tools/vmm/vmm';
import { openEnginePorts } from '@ignite/engine/wire';
import { until } from '@ignite/toolkit/clock/until.sample';
import { bytes } from '@ignite/toolkit/units/bytes';
import { build } from 'rolldown';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { vhostVsock } from './fixtures/vhost-vsock.ts';

// Firecracker needs KVM, which a test host may lack. The engine therefore starts VMs with a double in the
// place of Firecracker, which boots them in QEMU. Everything else is real, including the sandbox, the guest
// and its vsock device.

const vsock = await vhostVsock(new AbortController().signal);
const skip = vsock.path === undefined ? vsock.reason : false;

let leaks: AsyncDisposable;
let ignite: Ignite;
let double: string;
before(async () => {
  if (skip !== false) return;
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(201);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  double = join(ignite.dir, 'firecracker.mjs');
  const source = join(import.meta.dirname, 'fixtures/firecracker-double.ts');
  await build({
    input: source,
    platform: 'node',
    output: { file: double, format: 'esm', codeSplitting: false },
  });
});
after(async () => {
  if (skip !== false) return;
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const program = join(import.meta.dirname, '../../bin/ignite');
const node = realpathSync(process.execPath);
const op = { signal: new AbortController().signal, report: () => undefined };

/** The double needs no KVM, whatever Firecracker needs, so the tests also run without the device. */
const withoutKvm = { ignorePreflightChecks: ['ExistingFile--dev-kvm'] };

const emulation = { kind: 'tcg' } as const;
/** The memory of Node, which runs the double. */
const doubleItself = 256 * 2 ** 20;

/** Returns an engine for which KVM works and `argv` is Firecracker. */
async function engine(
  argv: readonly string[] = [node, double, `--vsock=${vsock.path}`],
): Promise<LocalClient> {
  const { paths, env } = ignite;
  const settleCommand = [program, `--data-dir=${paths.dataDir}`, `--run-dir=${paths.runDir}`, 'settle'];
  const host = await openEnginePorts({ paths, env, settleCommand });
  const vmm: Vmm = {
    ...firecracker,
    program: () => node,
    files: () => [node, double, vsock.path ?? ''],
    command: (machine) => [...argv, ...firecracker.command(machine).slice(1)],
    memoryOverhead: (machine) => bytes(qemu.memoryOverhead({ ...machine, accel: emulation }) + doubleItself),
  };
  return new LocalClient({
    ...host,
    accel: async () => ({ kind: 'kvm' }),
    vmms: { ...host.vmms, firecracker: vmm },
  });
}

async function run(name: string, script: string, spec: object = {}, client = engine()): Promise<void> {
  await using engine = await client;
  const command = ['sh', '-c', script];
  const image = { oci: 'busybox' };
  const request = {
    name,
    spec: { image, command, memory: '160MB', machine: { vmm: 'firecracker' }, ...spec },
  };
  await engine.vms.create(request, op);
  await engine.vms.start(name, withoutKvm, op);
}

async function start(name: string): Promise<void> {
  await using client = await engine();
  await client.vms.start(name, withoutKvm, op);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Attaches to a VM, writes `input`, and leaves when the VM ends or has written what is `wanted`. */
async function attach(name: string, input: Buffer, wanted?: RegExp) {
  const child = spawn(program, ['attach', name], { env: ignite.env });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => {
    stdout.push(part);
    if (wanted?.test(Buffer.concat(stdout).toString())) child.kill('SIGKILL');
  });
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  child.stdin.on('error', () => undefined); // it may end before it has read all
  if (wanted === undefined) child.stdin.end(input);
  else child.stdin.write(input);
  await once(child, 'close');
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}

async function logged(name: string, wanted: RegExp): Promise<void> {
  const deadline = Date.now() + 600_000;
  while (!wanted.test(await ignite.logged(name))) {
    assert.ok(Date.now() < deadline, await ignite.logged(name));
    await delay(200);
  }
}

test(
  'a VM under Firecracker runs to its end: disks by their places, a volume, the network, the exit code',
  { skip },
  async () => {
    const storage = {
      volumes: [{ name: 'data', volume: { name: 'data', size: '64MB' } }],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    };
    const script = 'echo kept >/data/word; ls /dev/vd*; ip -o -4 address show eth0; uname -r; exit 7';
    await run('once', script, { storage });
    assert.equal(await ignite.ok('wait', 'once'), '7\n', await ignite.ok('logs', 'once'));
    const said = await ignite.ok('logs', 'once');
    assert.match(said, /\/dev\/vde\r?\n/, 'root, data, modules, seed, status');
    assert.match(said, /inet 10\.201\./);
    const { spec, status } = JSON.parse(await ignite.ok('inspect', 'once'));
    assert.deepEqual([spec.machine.vmm, status.phase, status.exitCode], ['firecracker', 'Stopped', 7]);

    // QEMU reads what the VM wrote under Firecracker.
    assert.match(
      await ignite.ok('run', '-i', 'busybox', '-v', 'data:/data', '--', 'cat', '/data/word'),
      /^kept\r?$/m,
    );
  },
);

test(
  'the streams of an entrypoint arrive apart and byte for byte, and its clock is right',
  { skip },
  async () => {
    const script = 'cat >/input; date +%s >&2; cat /input; sha256sum </input >&2; exit 4';
    await run('streams', script);
    const input = randomBytes(10_000_000);
    const beganMs = Date.now();
    const { stdout, stderr } = await attach('streams', input);
    const tookMs = Date.now() - beganMs;
    assert.equal(sha256(stdout), sha256(input));
    const [notice, seconds, digest, ...rest] = stderr.toString().split('\n');
    assert.equal(notice, 'Attached; ^P^Q detaches.');
    assert.equal(digest, `${sha256(input)}  -`);
    assert.deepEqual(rest, ['']);
    const lateMs = Number(seconds) * 1_000 - beganMs;
    assert.ok(lateMs > -60_000 && lateMs < tookMs + 60_000, `the guest's time was ${seconds}`);
    assert.equal(await ignite.ok('wait', 'streams'), '4\n');
    const logged = await ignite.run('logs', 'streams');
    assert.ok(logged.stderr.endsWith(`${seconds}\n${digest}\n`), logged.stderr);
  },
);

test('a terminal stays open when its client leaves, and joins both outputs', { skip }, async () => {
  await run('terminal', 'while read -r line; do echo "got $line" >&2; [ "$line" != end ] || exit 5; done', {
    tty: true,
  });
  assert.match((await attach('terminal', Buffer.from('one\n'), /got one\r\n/)).stdout.toString(), /got one/);
  assert.match((await attach('terminal', Buffer.from('end\n'))).stdout.toString(), /got end\r\n/);
  assert.equal(await ignite.ok('wait', 'terminal'), '5\n');
});

test(
  'its power button is Ctrl-Alt-Del; it is paused and resumed; its raw disk outlives a restart',
  { skip },
  async () => {
    await run(
      'button',
      'trap "echo caught; exit 3" TERM; echo run >>/root/runs; wc -l </root/runs; echo up; while :; do sleep 0.2; done',
    );
    await logged('button', /^up\r?$/m);
    await ignite.ok('pause', 'button');
    await ignite.ok('resume', 'button');
    await ignite.ok('stop', '--time', '600', 'button');
    assert.match(await ignite.ok('logs', 'button'), /^caught\r?$/m);
    const { metadata, status } = JSON.parse(await ignite.ok('inspect', 'button'));
    assert.deepEqual([status.phase, status.exitCode], ['Stopped', 3]);

    const dir = join(ignite.paths.dataDir, 'vms', metadata.uid);
    const disk = statSync(join(dir, 'root.raw'));
    assert.equal(disk.size, 4 * 2 ** 30);
    assert.ok(disk.blocks * 512 < 200 * 2 ** 20, 'it has holes');
    assert.ok(!existsSync(join(dir, 'root.qcow2')));
    assert.match(await ignite.ok('diff', 'button'), /^A \/root\/runs$/m);

    await start('button');
    await logged('button', /^2\r?\n(.*\n)*up/m);
    await ignite.ok('stop', '-f', 'button');
  },
);

test(
  'an init of the image shuts down at Ctrl-Alt-Del, and ends the machine when it powers off',
  { skip },
  async () => {
    await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
    const machine = { vmm: 'firecracker' };
    await using client = await engine();
    const spec = { image: { oci: 'debian' }, memory: '256MB', ssh: { generateKey: true }, machine };
    await client.vms.create({ name: 'init', spec }, op);
    const endOf = async (): Promise<readonly unknown[]> => {
      const { status } = JSON.parse(await ignite.ok('inspect', 'init'));
      return [status.phase, status.exitCode, status.message];
    };
    await client.vms.start('init', withoutKvm, op);
    assert.equal(await ignite.ok('exec', 'init', '--', 'cat', '/proc/1/comm'), 'systemd\n');
    const attached = await ignite.run('attach', 'init');
    assert.equal(attached.code, 1);
    assert.match(
      attached.stderr,
      /the console of VM "init" takes no input, because the VM runs under firecracker\nhint: /,
    );
    await ignite.ok('stop', '--time', '600', 'init'); // systemd is slow on an emulated CPU
    assert.deepEqual(await endOf(), ['Stopped', 0, undefined], await ignite.ok('logs', 'init'));

    await client.vms.start('init', withoutKvm, op);
    // Its SSH may end before it has told how the command ended. That it worked is told by how the VM ends.
    const off = await ignite.run(
      'exec',
      'init',
      '--',
      'systemd-run',
      '--on-active=1',
      'systemctl',
      'poweroff',
    );
    await until(`it powers off; exec said ${inspect(off)}`, async () => (await endOf())[0] === 'Stopped');
    assert.equal(await ignite.ok('wait', 'init'), '0\n', await ignite.ok('logs', 'init'));
    await ignite.ok('rm', 'init');
  },
);

test('a kernel that panics is told from a guest that ended in order', { skip }, async () => {
  await run('panic', 'echo c >/proc/sysrq-trigger');
  await ignite.run('wait', 'panic');
  const { status } = JSON.parse(await ignite.ok('inspect', 'panic'));
  assert.deepEqual([status.phase, status.message], ['Stopped', 'the kernel of the guest panicked']);
});

test(
  'a boot that Firecracker refuses, does not answer or does not survive leaves nothing of the start',
  { skip },
  async () => {
    const dead = ['-e', 'console.error("Error: no luck"); process.exit(1)'];
    for (const [name, args, code, message] of [
      [
        'refused',
        [double, '--refuse', '/boot-source'],
        'VMM_REFUSED',
        /PUT \/boot-source: it is told to refuse this$/,
      ],
      ['dead', dead, 'VMM_FAILED', /the VMM ended before the guest started: Error: no luck$/],
      [
        'silent',
        ['-e', 'setInterval(() => {}, 1000)'],
        'VMM_SILENT',
        /does not answer at its API socket after 30 s$/,
      ],
    ] as const) {
      const argv = [node, ...args, ...(name === 'refused' ? [] : ['--'])];
      await assert.rejects(run(name, 'true', {}, engine(argv)), { code, message }, name);
      const { status } = JSON.parse(await ignite.ok('inspect', name));
      assert.equal(status.phase, 'Failed');
      assert.match(status.message, message);
      assert.deepEqual(
        readdirSync(join(ignite.paths.runDir, 'vms')).filter((uid) => uid === status.uid),
        [],
      );
      await ignite.ok('rm', name);
    }
  },
);

test('what cannot run under Firecracker is refused before anything is made', { skip }, async () => {
  for (const [args, why] of [
    [['-v', '/etc:/etc:ro'], /volume "volume0" is a directory of the host, which firecracker cannot share/],
    [['--cpus', '33'], /firecracker supports at most 32 CPUs, not 33/],
    [['--arch', 'arm64'], /it is for arm64, this host is for amd64, and it cannot emulate/],
    [['--arch', 'arm64', '--gic', '3'], /with firecracker, a VM has the GIC of the host/],
    [[], /firecracker is not installed\nhint: .*releases|and it cannot emulate\nhint: /],
  ] as const) {
    const refused = await ignite.run('create', 'busybox', '--vmm', 'firecracker', '--name', 'never', ...args);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, why);
  }
  assert.match((await ignite.run('create', 'busybox', '--vmm', 'xen')).stderr, /--vmm/);
  assert.doesNotMatch(await ignite.ok('ps', '-a'), /never/);
});

test('a raw disk is exported, imported and committed as a copy-on-write one is', { skip }, async () => {
  await run('moved', 'mkdir -p /keep; echo run >>/keep/runs; sync; wc -l </keep/runs; exit 0');
  await ignite.ok('wait', 'moved');
  const archive = join(ignite.dir, 'moved.tar');
  await ignite.ok('export', 'moved', '-o', archive);
  await ignite.ok('commit', 'moved', 'with-runs:1');
  await ignite.ok('rm', 'moved');
  await ignite.ok('import', archive);
  const { spec } = JSON.parse(await ignite.ok('inspect', 'moved'));
  assert.equal(spec.machine.vmm, 'firecracker');
  await start('moved');
  await ignite.ok('wait', 'moved');
  await logged('moved', /^2\r?$/m);
  assert.match(await ignite.ok('run', '-i', 'with-runs:1', '--', 'cat', '/keep/runs'), /^run\r?$/m);
});
