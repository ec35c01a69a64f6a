import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { Notifier, takeServiceManager } from './service-manager.ts';

const dir = mkdtempSync(join(tmpdir(), 'service-manager-'));
after(() => rmSync(dir, { recursive: true }));

test('takeServiceManager: what systemd says is taken out of the environment, and only if it is for us', () => {
  const env = {
    PATH: '/bin',
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '60000000',
    WATCHDOG_PID: '7',
    LISTEN_FDS: '1',
    LISTEN_PID: '8',
  };
  assert.deepEqual(takeServiceManager(env, 7), { notifySocket: '/run/systemd/notify', watchdogMs: 60_000 });
  assert.deepEqual(env, { PATH: '/bin' });
  assert.deepEqual(takeServiceManager({}, 7), {});
});

/** As systemd does, it tells which process a message is from. */
const receiver = `
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, extra, _, _ = s.recvmsg(4096, 256)
    pid = next((struct.unpack('3i', d)[0] for l, t, d in extra if t == socket.SCM_CREDENTIALS), 0)
    print(pid, data.decode().strip(), flush=True)
`;

const lacking =
  !hasPython() || !existsSync('/usr/bin/systemd-notify')
    ? 'it needs python3 and systemd-notify'
    : process.getuid?.() !== 0 && 'only root may speak for another process';

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('Notifier: systemd hears of this process, and of its watchdog', { skip: lacking }, async () => {
  const notifySocket = join(dir, 'notify');
  const child: ChildProcess = spawn('python3', ['-c', receiver, notifySocket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = new AbortController();
  try {
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    assert.equal(await next(), 'listening');
    const options = { runner: localRunner, clock: systemClock, log: () => {} };
    const notifier = new Notifier({ notifySocket, watchdogMs: 100 }, options);
    await notifier.tell('READY');
    assert.equal(await next(), `${process.pid} READY=1`);
    const watchdog = notifier.keepWatchdog(stop.signal);
    assert.equal(await next(), `${process.pid} WATCHDOG=1`);
    assert.equal(await next(), `${process.pid} WATCHDOG=1`);
    stop.abort();
    await watchdog;
  } finally {
    stop.abort();
    child.kill();
    await once(child, 'exit');
  }
});

test('Notifier: without systemd nobody is told, and a socket that is not there is no failure of ours', async () => {
  const logged: string[] = [];
  const options = {
    runner: localRunner,
    clock: systemClock,
    log: (_level: string, message: string) => void logged.push(message),
  };
  await new Notifier({}, options).tell('READY');
  assert.deepEqual(logged, []);
  await new Notifier({ notifySocket: join(dir, 'nobody') }, options).tell('READY');
  assert.deepEqual(logged, ['systemd was not told']);
});
