import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { Agent, type Server, createServer, request } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Balancer } from '@ignite/api/host-pod/host-pod';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { ConmonSandbox } from '../tools/sandbox/conmon-sandbox.ts';
import { beginLook } from './keep-program.ts';
import { endProgram } from './launch-program.ts';
import { podFiles, programFiles } from './pod-files.ts';
import { programSandbox } from './program-sandbox.ts';
import { reconcileBalancer } from './reconcile-balancer.ts';

/** The real HAProxy in a real sandbox, in front of servers as API servers are: each tells over TLS whether it is ready. */

const signal = new AbortController().signal;
const host = '127.0.0.1';

interface NamedServer extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  isReady: boolean;
}

async function serve(name: string, dir: string): Promise<NamedServer> {
  const [key, cert] = await Promise.all(['key', 'cert'].map(async (each) => await readFile(join(dir, each))));
  const server: Server = createServer({ key: key!, cert: cert! }, ({ url }, response) => {
    response.statusCode = url === '/readyz' && !opened.isReady ? 500 : 200;
    response.end(name);
  });
  server.keepAliveTimeout = 3_600_000; // however long the test takes, no connection ends for being idle
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const opened: NamedServer = {
    ...{ name, port, address: host, isReady: true },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return opened;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Returns the name of the server that answers. */
async function ask(port: number, agent?: Agent): Promise<string> {
  const sent = request({ host, port, rejectUnauthorized: false, agent: agent ?? false, timeout: 60_000 });
  const [response] = (await once(sent.end(), 'response')) as [NodeJS.ReadableStream];
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 300_000; ; await delay(100)) {
    if (await holds().catch(() => false)) return;
    assert.ok(Date.now() < end, `it did not come to pass: ${what}`);
  }
}

test('a balancer leads to the servers that are ready, or to any if none is, and changes without breaking connections', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'ignite-balancer-'));
  const subject = ['-subj', '/CN=balanced', '-keyout', join(dir.path, 'key'), '-out', join(dir.path, 'cert')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject], {
    stdio: 'pipe',
  });
  await using a = await serve('a', dir.path);
  await using b = await serve('b', dir.path);
  const uid = newUid();
  const sandbox = new ConmonSandbox(join(dir.path, 'run'), localRunner);
  const files = programFiles(
    podFiles({ dataDir: join(dir.path, 'data'), runDir: join(dir.path, 'run') }, uid),
    'balancer',
  );
  const place = { files, identity: programSandbox(uid, 'balancer'), sandbox };
  await using _ended = {
    [Symbol.asyncDispose]: async () => await endProgram(place.identity.uid, sandbox, signal),
  };
  const port = await freePort();
  const network = { netnsPath: `/proc/${process.pid}/ns/net`, address: host, dns: [] };
  let restarts = 0;
  const keep = async (...servers: readonly NamedServer[]): Promise<boolean> => {
    const wanted = servers.map(({ name, address, port: at }) => ({ name, address, port: at }));
    const balancer: Balancer = { port, path: '/readyz', servers: wanted };
    const { status } = await reconcileBalancer(balancer, network, place, beginLook(systemClock, signal));
    restarts = status.restarts ?? 0;
    return status.isReady;
  };
  using agent = {
    kept: new Agent({ keepAlive: true, maxSockets: 1 }),
    [Symbol.dispose]() {
      this.kept.destroy();
    },
  };

  await until('it is ready', async () => await keep(a));
  assert.equal(await ask(port, agent.kept), 'a');

  await keep(a, b);
  await until('the other server gets connections', async () => (await ask(port)) === 'b');
  const [socket] = Object.values(agent.kept.freeSockets)[0]!;
  assert.equal(await ask(port, agent.kept), 'a');
  assert.equal(Object.values(agent.kept.freeSockets)[0]![0], socket, 'the connection is the one from before');

  a.isReady = false;
  await until('nobody is led to a server that is not ready', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(async () => await ask(port)));
    return answers.every((name) => name === 'b');
  });

  b.isReady = false;
  await until('where nobody is ready, all get connections', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(async () => await ask(port)));
    return new Set(answers).size === 2;
  });
  b.isReady = true;

  await keep(b);
  let pid = 0;
  // Its first process executes itself anew for another configuration, and has no command line meanwhile.
  await until('its first process is seen to run', async () => {
    const seen = await sandbox.observe(place.identity.uid);
    if (seen.state === 'running') ({ pid } = seen);
    return pid !== 0;
  });
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  for (const line of [/^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m, /^CapEff:\t0+$/m]) assert.match(status, line);
  assert.equal(Number(/^Uid:\t(\d+)/m.exec(status)?.[1]), place.identity.user);
  process.kill(pid, 'SIGKILL');
  await until('it runs again', async () => (await keep(b)) && restarts === 1);
  assert.equal(await ask(port), 'b');
});
