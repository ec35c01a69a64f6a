import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { freePort } from './fixtures/registry.ts';

/** A guest boots slowly on a busy host. */
const patienceMs = 600_000;

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(108);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a UDP port is published, on the address of the host that was asked for', async () => {
  const port = await freePort();
  const answers =
    'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 9000, Proto => "udp") or die; $s->send("got $_") while $s->recv($_, 512)';
  await ignite.ok(
    ...['run', `oci-archive:${imageArchive('debian')}`, '--name', 'udp'],
    ...['-p', `127.0.0.1:${port}:9000/udp`, '--', 'perl', '-e', answers],
  );
  assert.match(await ignite.ok('ps'), new RegExp(`127\\.0\\.0\\.1:${port}->9000/udp`));
  assert.equal(await askOverUdp(port, 'hello\n'), 'got hello\n');
  const taken = await ignite.run('run', 'busybox', '--name', 'late', '-p', `${port}:9000/udp`);
  assert.match(taken.stderr, /port 0\.0\.0\.0:\d+(\/udp)? on this host is in use/);
});

test('a VM reaches what the host can reach, as the host', async () => {
  using outside = await openOutside();
  const fetched = `until timeout 30 wget -qO- http://${outside.address}:8080/; do sleep 1; done`;
  assert.match(
    await ignite.ok('run', '-i', 'busybox', '--name', 'reaches', '--', 'sh', '-c', fetched),
    new RegExp(`you are ${outside.host.replaceAll('.', '\\.')}`),
  );
});

/** Asks repeatedly until there is an answer: the guest may still be booting, and UDP is unreliable. */
async function askOverUdp(port: number, question: string): Promise<string> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const socket = createSocket('udp4');
    try {
      socket.send(question, port, '127.0.0.1');
      const answered = await Promise.race([once(socket, 'message'), once(socket, 'error'), delay(5_000)]);
      if (Array.isArray(answered) && Buffer.isBuffer(answered[0])) return answered[0].toString();
    } finally {
      socket.close();
    }
  }
  throw new Error(`nobody answered on port ${port}`);
}

/** Creates a host beyond this one, which answers HTTP and can reach VMs only through this host. */
async function openOutside(): Promise<Disposable & { readonly address: string; readonly host: string }> {
  const [netns, host, address] = ['igtest-outside', '198.51.100.1', '198.51.100.2'];
  const ip = (...words: readonly string[]) => execFileSync('ip', words);
  ip('netns', 'add', netns);
  ip('link', 'add', 'igtest-out0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
  ip('address', 'add', `${host}/24`, 'dev', 'igtest-out0');
  ip('link', 'set', 'igtest-out0', 'up');
  ip('-n', netns, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  ip('-n', netns, 'link', 'set', 'eth0', 'up');
  const program =
    "require('node:http').createServer((asked, answer) => answer.end('you are ' + asked.socket.remoteAddress)).listen(8080, '0.0.0.0', () => console.log('up'))";
  const server = spawn('ip', ['netns', 'exec', netns, process.execPath, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  return {
    address,
    host,
    [Symbol.dispose]: () => {
      server.kill('SIGKILL');
      ip('netns', 'delete', netns);
    },
  };
}
