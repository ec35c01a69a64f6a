import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newUid } from '@ignite/toolkit/object/uid';
import { processState } from '@ignite/toolkit/process/pid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { deviceNumbers } from '../storage/block-device.ts';
import { decodeLogLine } from './console-log.ts';
import { type Sandbox, type SandboxObservation, type SandboxSpec, sandboxUser } from './sandbox.ts';
import { staticProgram } from './static-program.sample.ts';

const signal = new AbortController().signal;
const patienceMs = 300_000;
/**
 * A loop keeps the shell's process: a process that executes another program has no command line for a moment.
 */
const forever = 'while :; do sleep 1000; done';

/** A sandbox under test, and a function that runs a line of sh in it. */
export interface SandboxUnderTest extends AsyncDisposable {
  readonly dir: string;
  readonly netns: string;
  readonly sandbox: Sandbox;
  readonly spec: (uid: string, line: string) => SandboxSpec;
  readonly launch: (
    uid: string,
    line: string,
    change?: Partial<SandboxSpec>,
  ) => Promise<{ readonly pid: number }>;
  /** Returns what the program has printed. */
  readonly log: (uid: string) => string;
}

/** Opens a sandbox with busybox, a network namespace of its own, and limits. */
export async function openSandbox(make: (runDir: string) => Sandbox): Promise<SandboxUnderTest> {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-sandbox-'));
  const netns = `igtest-${newUid()}`;
  execFileSync('ip', ['netns', 'add', netns]);
  mkdirSync(join(dir, 'out'));
  const sandbox = make(join(dir, 'run'));
  const launched = new Set<string>();
  const spec = (uid: string, line: string): SandboxSpec => ({
    uid,
    runtime: 'conmon',
    argv: ['/vm/busybox', 'sh', '-c', line, `ignite-${uid}`],
    environ: {},
    user: sandboxUser(uid),
    netnsPath: `/run/netns/${netns}`,
    mounts: [
      { source: '/bin/busybox', target: '/vm/busybox', writable: false },
      { source: join(dir, 'out'), target: '/vm/out', writable: true },
    ],
    devices: [],
    memoryLimit: bytes(64 * 2 ** 20),
    cpuLimit: 1,
    logPath: join(dir, `${uid}.log`),
    exitCommand: ['/bin/true'],
  });
  return {
    dir,
    netns,
    sandbox,
    spec,
    launch: (uid, line, change) => {
      launched.add(uid);
      return sandbox.launch({ ...spec(uid, line), ...change }, signal);
    },
    log: (uid) =>
      readFileSync(join(dir, `${uid}.log`), 'utf8')
        .split('\n')
        .map(decodeLogLine)
        .join(''),
    [Symbol.asyncDispose]: async () => {
      for (const uid of launched) await sandbox.remove(uid, signal);
      execFileSync('ip', ['netns', 'delete', netns]);
      rmSync(dir, { recursive: true, maxRetries: 10 }); // the monitor of a sandbox may still write to it
    },
  };
}

/** Tests what every sandbox promises. */
export function testSandboxContract(name: string, open: () => Promise<SandboxUnderTest>): void {
  describe(`${name} keeps the sandbox contract`, () => {
    testLives(open);
    testWalls(open);
  });
}

/** Makes the system calls that are given as "NAME,NUMBER,ARGUMENT...", and prints how each was refused. */
export const perlCalls =
  '$| = 1; for (@ARGV) { my ($name, $call, @given) = split(/,/); my @numbers = map { $_ + 0 } @given; my $done = syscall($call + 0, @numbers); print "$name: ", $done < 0 ? $! + 0 : "done", "\\n"; exit if !$done }';

export const callNumbers = {
  x64: { clone: 56, clone3: 435, socket: 41, unshare: 272, setns: 308 },
  arm64: { clone: 220, clone3: 435, socket: 198, unshare: 97, setns: 268 },
}[process.arch as 'x64' | 'arm64'];
const namespaceFlags = {
  NEWNS: 0x2_0000,
  NEWCGROUP: 0x200_0000,
  NEWUTS: 0x400_0000,
  NEWIPC: 0x800_0000,
  NEWUSER: 0x1000_0000,
  NEWPID: 0x2000_0000,
  NEWNET: 0x4000_0000,
};
export const families = { AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16, AF_PACKET: 17, AF_ALG: 38, AF_VSOCK: 40 };

const hostileCalls: readonly (readonly [string, ...number[]])[] = [
  ...Object.entries(namespaceFlags).flatMap(([name, flag]): [string, ...number[]][] => [
    [`clone ${name}`, callNumbers.clone, flag + constants.signals.SIGCHLD, 0, 0, 0, 0],
    [`unshare ${name}`, callNumbers.unshare, flag],
  ]),
  ['clone3', callNumbers.clone3, 0, 0],
  ['setns', callNumbers.setns, 0, 0],
  ...Object.entries(families).map(([name, family]): [string, ...number[]] => [
    name,
    callNumbers.socket,
    family,
    2,
    0,
  ]),
];

function testLives(open: () => Promise<SandboxUnderTest>): void {
  test('a program that was never launched is absent, and ending it is no error', async () => {
    await using at = await open();
    const uid = newUid();
    assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
    await at.sandbox.kill(uid, signal);
    await at.sandbox.remove(uid, signal);
  });

  test('a program runs until it is killed, and is then seen to have ended', async () => {
    await using at = await open();
    const uid = newUid();
    const { pid } = await at.launch(uid, forever);
    assert.partialDeepStrictEqual(await at.sandbox.observe(uid), { state: 'running', pid });
    await at.sandbox.kill(uid, signal);
    assert.equal((await at.sandbox.observe(uid)).state, 'exited');
    await at.sandbox.kill(uid, signal);
    await at.sandbox.remove(uid, signal);
    assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
    await at.sandbox.remove(uid, signal);
  });

  test("a program's exit code and output are kept", async () => {
    await using at = await open();
    const uid = newUid();
    await at.launch(uid, 'echo out; echo err >&2; printf "no end of line"; exit 7');
    assert.deepEqual(await ended(at.sandbox, uid), { state: 'exited', exitCode: 7 });
    for (const wanted of [/out\n/, /err\n/, /no end of line/]) await printed(uid, at, wanted);
  });

  test('removing ends what runs, and the place can be used again', async () => {
    await using at = await open();
    const uid = newUid();
    const { pid } = await at.launch(uid, forever);
    await at.sandbox.remove(uid, signal);
    assert.equal(processState(pid), undefined); // there may be its zombie
    await at.launch(uid, forever);
    assert.equal((await at.sandbox.observe(uid)).state, 'running');
  });

  test('programs are independent: the end of one is not the end of another', async () => {
    await using at = await open();
    const [a, b] = [newUid(), newUid()];
    await at.launch(a, forever);
    await at.launch(b, forever);
    await at.sandbox.kill(a, signal);
    assert.equal((await at.sandbox.observe(b)).state, 'running');
  });

  test('a program that cannot be started is told of, and leaves nothing', async () => {
    await using at = await open();
    const uid = newUid();
    const missing = { source: join(at.dir, 'missing'), target: '/vm/missing', writable: false };
    const spec = { ...at.spec(uid, 'true'), mounts: [missing] };
    await assert.rejects(at.sandbox.launch(spec, signal), { code: 'SANDBOX_FAILED', message: /missing/ });
    await at.sandbox.remove(uid, signal);
    assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
    // Its supervisor ends by itself a moment later.
    while (execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(uid))
      await delay(20, undefined, { signal });
  });
}

function testWalls(open: () => Promise<SandboxUnderTest>): void {
  test('a program has a user of its own, no capability, a filter, and no way to more', async () => {
    await using at = await open();
    const uid = newUid();
    await at.launch(uid, 'cat /proc/self/status');
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^nonvoluntary_ctxt_switches:.*\n/m);
    const user = sandboxUser(uid);
    for (const kind of ['Uid', 'Gid'])
      assert.match(said, new RegExp(`${kind}:\\s+${user}\\s+${user}\\s+${user}\\s+${user}`));
    assert.match(said, /Groups:\s*\n/);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      assert.match(said, new RegExp(`${set}:\\s+0{16}`), set);
    assert.match(said, /NoNewPrivs:\s+1/);
    assert.match(said, /Seccomp:\s+2/);
  });

  test("a program sees its own processes, a root it can't write to, and what was mounted for it", async () => {
    await using at = await open();
    const uid = newUid();
    const line = [
      'ls -d /proc/[0-9]* | wc -l',
      'touch /x; touch /usr/x; touch /vm/busybox',
      'mount -t tmpfs none /tmp; echo "mount: $?"',
      'unshare -U true; echo "unshare: $?"',
      'touch /vm/out/made; echo "write: $?"',
      'ls /home /root /var; ls /etc',
      'mknod /tmp/disk b 254 0; echo "mknod: $?"',
    ].join('; ');
    await at.launch(uid, `exec 2>&1; ${line}`);
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^mknod: \d+\n/m);
    assert.match(said, /^[1-4]\n/);
    assert.equal(said.match(/touch: .*(Read-only file system|Permission denied)/g)?.length, 3, said);
    for (const refused of ['mount', 'unshare', 'mknod'])
      assert.match(said, new RegExp(`${refused}: [1-9]`), said);
    assert.match(said, /write: 0/);
    assert.ok(!/passwd|shadow|lib\/dpkg/.test(said), said);
  });

  test('a program has the network that was made for it, and no other', async () => {
    await using at = await open();
    const uid = newUid();
    execFileSync('ip', ['-n', at.netns, 'link', 'add', 'ours0', 'type', 'bridge']);
    await at.launch(uid, 'cat /proc/net/dev; echo the end');
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^the end$/m);
    const names = [...said.matchAll(/^\s*(\w+): /gm)].map((match) => match[1]);
    assert.deepEqual(new Set(names), new Set(['lo', 'ours0']));
  });

  test('a program opens the devices that were given, whoever owns them on the host, and no other', async () => {
    await using at = await open();
    const uid = newUid();
    const line = 'exec 2>&1 3<>/dev/net/tun && echo opened; ls -d /dev/kvm /dev/vda /dev/fuse; echo the end';
    await at.launch(uid, line, { devices: ['/dev/net/tun'] });
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^the end$/m);
    assert.match(said, /^opened$/m);
    assert.equal(said.match(/No such file/g)?.length, 3, said);
  });

  test('a program gets the environment that was given, and nothing of ours', async () => {
    await using at = await open();
    const uid = newUid();
    await at.launch(uid, 'env; echo the end', { environ: { GIVEN: 'a b=c', LD_PRELOAD: '/none.so' } });
    await ended(at.sandbox, uid);
    const said = await printed(uid, at, /^the end$/m);
    assert.match(said, /^GIVEN=a b=c$/m);
    assert.ok(!/^(USER|IGNITE_|CONTAINERD_|DOCKER_)/m.test(said), said);
  });

  test('a program makes no namespace, and no socket but one of its own host', async () => {
    await using at = await open();
    const uid = newUid();
    const perl = { source: '/usr/bin/perl', target: '/vm/perl', writable: false };
    const spec = at.spec(uid, '');
    const argv = ['/vm/perl', '-e', perlCalls, ...hostileCalls.map((call) => call.join(','))];
    await at.launch(uid, '', { argv, mounts: [...spec.mounts, perl] });
    await ended(at.sandbox, uid);
    const refusals = hostileCalls.map(([name]) => {
      if (name === 'clone3') return `${name}: ${constants.errno.ENOSYS}`;
      return `${name}: ${name.startsWith('AF_') ? constants.errno.EAFNOSUPPORT : constants.errno.EPERM}`;
    });
    const last = new RegExp(`^${hostileCalls.at(-1)![0]}: .*\\n`, 'm');
    assert.deepEqual((await printed(uid, at, last)).trim().split('\n'), refusals);
  });

  test(
    'a program makes no call of another kind of program, which no filter looks at',
    { skip: process.arch !== 'x64' && 'arm64 programs have one kind of calls' },
    async () => {
      await using at = await open();
      const uid = newUid();
      const [exit, getpid] = [
        [0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05], // mov $60, %eax; xor %edi, %edi; syscall
        { i386: [0xb8, 20, 0, 0, 0, 0xcd, 0x80], x32: [0xb8, 39, 0, 0, 0x40, 0x0f, 0x05] },
      ];
      const codes = { native: exit, i386: [...getpid.i386, ...exit], x32: [...getpid.x32, ...exit] };
      for (const [name, code] of Object.entries(codes))
        writeFileSync(join(at.dir, 'out', name), staticProgram(code), { mode: 0o755 });
      const line = Object.keys(codes).map((name) => `/vm/out/${name}; echo "${name}: $?"`);
      await at.launch(uid, line.join('; '));
      await ended(at.sandbox, uid);
      const said = await printed(uid, at, /^x32: \d+\n/m);
      assert.match(said, /native: 0\n/);
      for (const name of ['i386', 'x32']) assert.match(said, new RegExp(`${name}: [1-9]`));
    },
  );

  test('a program fills no file beyond its limit, nor memory and processes', async () => {
    await using at = await open();
    const writer = newUid();
    const line =
      'dd if=/dev/zero of=/vm/out/small bs=4096 count=16 && echo fits; dd if=/dev/zero of=/vm/out/large bs=4096 seek=1000 count=1 || echo stopped';
    await at.launch(writer, `${line}`, { fileSizeLimit: bytes(2 ** 20) });
    await ended(at.sandbox, writer);
    await printed(writer, at, /^fits$[^]*^stopped$/m);
    assert.ok(statSync(join(at.dir, 'out', 'large')).size <= 2 ** 20);
    const uid = newUid();
    await at.launch(uid, 'x=a; while :; do x=$x$x; done');
    const found = await ended(at.sandbox, uid);
    assert.partialDeepStrictEqual(found, { state: 'exited', exitCode: 137, outOfMemory: true });
    const busy = newUid();
    await at.launch(busy, 'i=0; while [ $i -lt 400 ]; do sleep 1000 & i=$((i+1)); done; echo "all began"');
    await ended(at.sandbox, busy);
    assert.ok(!at.log(busy).includes('all began'));
  });
}

/** Tests for runtimes that let the program's user access a device whatever its mode on the host. */
export function testBlockDevices(name: string, open: () => Promise<SandboxUnderTest>): void {
  test(`${name}: a block device is there under its name, as writable as it was given, and no other is`, async () => {
    await using at = await open();
    await using loop = await openLoopDevice();
    const device = { source: loop.path, path: '/dev/ignite/disk', ...loop.numbers };
    const line = [
      'dd if=/dev/ignite/disk bs=4 count=1 2>/dev/null; echo',
      'echo BACK | dd of=/dev/ignite/disk 2>/dev/null; echo "write: $?"',
      `mknod /tmp/other b ${loop.numbers.major} ${loop.numbers.minor + 1}; echo "other: $?"`,
    ].join('; ');
    const [reader, writer] = [newUid(), newUid()];
    await at.launch(reader, line, { blockDevices: [{ ...device, writable: false }] });
    await ended(at.sandbox, reader);
    assert.match(await printed(reader, at, /^other: \d+\n/m), /^HEAD\nwrite: [1-9]/);
    assert.equal(readFileSync(loop.file, 'latin1').slice(0, 4), 'HEAD');
    await at.launch(writer, line, { blockDevices: [{ ...device, writable: true }] });
    await ended(at.sandbox, writer);
    assert.match(await printed(writer, at, /^other: \d+\n/m), /^HEAD\nwrite: 0[^]*other: [1-9]/);
    execFileSync('sync');
    assert.equal(readFileSync(loop.file, 'latin1').slice(0, 4), 'BACK');
  });
}

/** Tests for runtimes that can isolate the helpers of VMMs. */
export function testPrivileges(name: string, open: () => Promise<SandboxUnderTest>): void {
  test(`${name}: a program with privileges acts for several users, and makes nothing that has more power`, async () => {
    await using at = await open();
    const uid = newUid();
    const line = [
      'cd /vm/out; echo x >file; chown 1000:1000 file; echo "chown: $?"',
      'chmod 4755 file; echo "suid: $?"; chmod 2755 file; echo "sgid: $?"; chmod 755 file; echo "chmod: $?"',
      'mknod device c 1 3; echo "mknod: $?"; mkdir -m 1777 dir; echo "mkdir: $?"',
      'mount -t tmpfs none /tmp; echo "mount: $?"; echo "files: $(ulimit -n)"; cat /proc/net/dev',
    ].join('; ');
    const capabilities = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID'];
    const { netnsPath: _netns, ...spec } = at.spec(uid, line);
    await at.sandbox.launch({ ...spec, user: 0, privileges: { capabilities, openFiles: 5_000 } }, signal);
    await ended(at.sandbox, uid);
    const said = at.log(uid);
    await at.sandbox.remove(uid, signal);
    for (const fine of ['chown', 'chmod', 'mkdir']) assert.match(said, new RegExp(`${fine}: 0`), said);
    for (const refused of ['suid', 'sgid', 'mknod', 'mount'])
      assert.match(said, new RegExp(`${refused}: [1-9]`), said);
    assert.match(said, /files: 5000/);
    assert.deepEqual(
      [...said.matchAll(/^\s*(\w+): +\d+ /gm)].map((match) => match[1]),
      ['lo'],
    );
  });
}

/** Creates a device whose first bytes are HEAD. */
async function openLoopDevice() {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-loop-'));
  const file = join(dir, 'disk');
  writeFileSync(file, 'HEAD'.padEnd(2 ** 20));
  const path = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  return {
    file,
    path,
    numbers: deviceNumbers(statSync(path).rdev),
    [Symbol.asyncDispose]: async () => {
      execFileSync('losetup', ['--detach', path]);
      rmSync(dir, { recursive: true });
    },
  };
}

/** Tests for runtimes that can run an exit command: conmon, and containerd's logger. */
export function testExitCommand(name: string, open: () => Promise<SandboxUnderTest>): void {
  test(`${name}: after the end the exit command runs on the host`, async () => {
    await using at = await open();
    const uid = newUid();
    const mark = join(at.dir, 'mark');
    await at.launch(uid, 'exit 0', { exitCommand: ['/usr/bin/touch', mark] });
    await ended(at.sandbox, uid);
    while (!existsSync(mark)) await delay(20, undefined, { signal });
  });
}

/**
 * Waits until the log of a program has something, and returns all of it. What a program prints last may be on its way into
 * the log when the program has ended.
 */
export async function printed(uid: string, { log }: SandboxUnderTest, wanted: RegExp): Promise<string> {
  for (const deadline = Date.now() + patienceMs; !wanted.test(log(uid)); await delay(25))
    assert.ok(Date.now() < deadline, `${String(wanted)} is not in ${JSON.stringify(log(uid))}`);
  return log(uid);
}

export async function ended(sandbox: Sandbox, uid: string): Promise<SandboxObservation> {
  let found = await sandbox.observe(uid);
  // A process that is being torn down has no command line, like one that has not started yet.
  while (
    found.state === 'running' ||
    found.state === 'partial' ||
    (found.state === 'exited' && found.exitCode === undefined)
  ) {
    await delay(20, undefined, { signal });
    found = await sandbox.observe(uid);
  }
  return found;
}
