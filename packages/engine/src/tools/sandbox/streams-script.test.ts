import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const script = join(import.meta.dirname, '../../../../../host/streams');

/**
 * Runs a script on a host that sleeps for an hour when the file `woken` appears in the working folder: the time
 * of day goes on meanwhile, and the time since boot does not.
 */
const suspendableHost = `
  BEGIN {
    *CORE::GLOBAL::syscall = sub {
      my $result = CORE::syscall($_[0] + 0, $_[1] + 0, $_[2]);
      my ($seconds, $nanoseconds) = unpack('qq', $_[2]);
      $_[2] = pack('qq', $seconds + 3600, $nanoseconds) if $_[1] == 0 && -e 'woken';
      return $result;
    };
  }
  do shift(@ARGV);
  die $@ if $@;
`;

/** A shell in the place of a VMM, whose descriptors 3 and 4 are a guest's outputs. */
class Keeper implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'ignite-streams-'));
  readonly events = join(this.dir, 'events');
  readonly child: ChildProcess;
  readonly #sockets: Socket[] = [];
  readonly log: Promise<readonly [Buffer, Buffer]>;
  readonly code: Promise<number | null>;

  constructor(line: string, awaitClientSeconds = 0, channel = 'ports') {
    writeFileSync(this.events, '');
    const args = [script, this.dir, this.events, String(awaitClientSeconds), channel, '/bin/sh', '-c', line];
    this.child = spawn('perl', ['-e', suspendableHost, ...args], { cwd: this.dir });
    this.log = Promise.all([buffer(this.child.stdout!), buffer(this.child.stderr!)]);
    this.code = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async client(stream: 'stdout' | 'stderr', wish: 's' | 'n') {
    const socket = await this.connected(`${stream}.sock`);
    socket.write(wish);
    return socket;
  }

  async connected(name: string) {
    const path = join(this.dir, name);
    while (!existsSync(path)) await delay(10);
    const socket = connect({ path, allowHalfOpen: true });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Waits until the VMM runs, which holds the sockets open until then. */
  async untilUp(): Promise<void> {
    await until(() => existsSync(join(this.dir, 'up')));
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    this.child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}

/** The VMM ends when it is told to, or its keeper's folder is gone. */
const untilGone = 'until [ -e gone ] || [ ! -e "$PWD/events" ]; do sleep 0.05; done';

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('streams: it ends as its command did', async () => {
  for (const [line, code] of [
    ['exit 7', 7],
    ['kill -9 $$', 137],
    ['exec 3>&- 4>&- 5>&-; exit 0', 0],
  ] as const) {
    using keeper = new Keeper(line);
    assert.equal(await keeper.code, code);
  }
});

test('streams: what the guest wrote goes to the log and to who attached, apart, and none is lost', async () => {
  const bytes = randomBytes(10_000_000);
  using keeper = new Keeper(
    'until [ -e go ]; do sleep 0.05; done; cat bytes >&3; echo wrong >&4; echo own >&2',
  );
  writeFileSync(join(keeper.dir, 'bytes'), bytes);
  const [stdout, stderr] = [await keeper.client('stdout', 's'), await keeper.client('stderr', 's')];
  writeFileSync(join(keeper.dir, 'go'), '');
  const [shown, wrong] = await Promise.all([buffer(stdout), buffer(stderr)]);
  const [output, errors] = await keeper.log;
  assert.equal(digest(shown), digest(bytes));
  assert.equal(digest(output), digest(bytes));
  assert.equal(wrong.toString(), 'wrong\n');
  assert.deepEqual(errors.toString().trim().split('\n').toSorted(), ['own', 'wrong']);
});

test('streams: who comes late is given what came before, where it asks for that', async () => {
  using keeper = new Keeper('echo early >&3; until [ -e go ]; do sleep 0.05; done; echo late >&3');
  await delay(300);
  const [all, rest] = [await keeper.client('stdout', 's'), await keeper.client('stdout', 'n')];
  const shown = Promise.all([buffer(all), buffer(rest)]);
  await delay(300);
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.deepEqual((await shown).map(String), ['early\nlate\n', 'late\n']);
});

const large = 'head -c 8000000 /dev/zero >&3; echo done >done; until [ -e go ]; do sleep 0.05; done';

test('streams: the client that is expected is given everything, however late it comes', async () => {
  const bytes = randomBytes(8 * 2 ** 20);
  using keeper = new Keeper('until [ -e bytes ]; do sleep 0.05; done; cat bytes >&3; echo wrong >&4', 30);
  (await keeper.client('stdout', 'n')).resume(); // who does not ask for all is not the one
  const told = buffer(await keeper.client('stderr', 's'));
  writeFileSync(join(keeper.dir, 'new'), bytes);
  renameSync(join(keeper.dir, 'new'), join(keeper.dir, 'bytes'));
  await delay(1_500);
  const shown = await buffer(await keeper.client('stdout', 's'));
  assert.equal(digest(shown), digest(bytes));
  assert.equal((await told).toString(), 'wrong\n');
  assert.equal(digest((await keeper.log)[0]), digest(bytes));
});

test('streams: nothing waits for a client that is not expected', async () => {
  using keeper = new Keeper(large);
  await until(() => existsSync(join(keeper.dir, 'done')));
  const late = buffer(await keeper.client('stdout', 's'));
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.equal((await late).length, 0);
  assert.equal((await keeper.log)[0].length, 8_000_000);
});

test('streams: a client that is expected is not waited for longer than was said', async () => {
  using keeper = new Keeper(large, 2);
  await delay(1_000);
  assert.ok(!existsSync(join(keeper.dir, 'done')), 'the guest waits');
  await until(() => existsSync(join(keeper.dir, 'done')));
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.equal(await keeper.code, 0);
  assert.equal((await keeper.log)[0].length, 8_000_000);
});

test('streams: a VMM that ends is not held up by a client that is expected', async () => {
  using keeper = new Keeper('head -c 8000000 /dev/zero >&3 & sleep 0.5; kill -9 $!; exit 4', 30);
  assert.equal(await keeper.code, 4);
  assert.ok((await keeper.log)[0].length > 2 ** 20);
});

test('streams: a client that reads slowly stops the guest, and has it all in the end', async () => {
  using keeper = new Keeper(
    'until [ -e go ]; do sleep 0.05; done; head -c 20000000 /dev/zero >&3; echo done >done',
  );
  const slow = (await keeper.client('stdout', 's')).pause();
  writeFileSync(join(keeper.dir, 'go'), '');
  await delay(1_500);
  assert.ok(!existsSync(join(keeper.dir, 'done')), 'the guest waits');
  assert.equal((await buffer(slow)).length, 20_000_000);
  assert.equal(await keeper.code, 0);
});

test('streams: a client that goes away holds nobody up', async () => {
  using keeper = new Keeper('until [ -e go ]; do sleep 0.05; done; head -c 5000000 /dev/zero >&3; exit 3');
  const gone = (await keeper.client('stdout', 's')).pause();
  writeFileSync(join(keeper.dir, 'go'), '');
  await delay(300);
  gone.destroy();
  assert.equal(await keeper.code, 3);
  assert.equal((await keeper.log)[0].length, 5_000_000);
});

test('streams: clients that have left take no place from those who come', async () => {
  using keeper = new Keeper('until [ -e go ]; do sleep 0.05; done; echo seen >&3');
  for (let count = 0; count < 40; count += 1) {
    const gone = await keeper.client('stdout', 'n');
    gone.destroy();
    await once(gone, 'close');
  }
  const last = await keeper.client('stdout', 's');
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.equal((await buffer(last)).toString(), 'seen\n');
});

test('streams: events are kept in a file of bounded size, the last of them whole', async () => {
  using keeper = new Keeper('i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "event number $i" >&5; done');
  assert.equal(await keeper.code, 0);
  const kept = readFileSync(keeper.events, 'utf8');
  assert.ok(
    kept.length < 150_000 && kept.endsWith('event number 4999\nevent number 5000\n'),
    String(kept.length),
  );
});

test('streams: the VMM is told the time, and that a guest runs again after a pause', async () => {
  using keeper = new Keeper(
    'until [ -e go ]; do sleep 0.05; done; echo \'{"event": "RESUME"}\' >&5; sleep 5',
  );
  const path = join(keeper.dir, 'clock.sock');
  while (!existsSync(path)) await delay(10);
  const socket = connect(path).setEncoding('utf8');
  const answers = socket[Symbol.asyncIterator]();
  const before = Date.now();
  socket.write('12\n');
  const [number, time] = String((await answers.next()).value)
    .trim()
    .split(' ');
  assert.equal(number, '12');
  assert.ok(Number(time) >= before * 1000 && Number(time) <= (Date.now() + 1) * 1000, String(time));
  socket.write('name\n\n-1\n1 2\n13\n');
  assert.match(String((await answers.next()).value), /^\n13 \d+\n$/, 'nothing but numbers is answered');
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.equal((await answers.next()).value, 'again\n');
  socket.destroy();
});

test('streams: a guest is told that its host was suspended, and how late it is', async () => {
  using keeper = new Keeper(untilGone);
  const socket = (await keeper.connected('clock.sock')).setEncoding('utf8');
  const answers = socket[Symbol.asyncIterator]();
  socket.write('1\n');
  assert.match(String((await answers.next()).value), /^\n1 \d+\n$/);
  writeFileSync(join(keeper.dir, 'woken'), '');
  assert.equal((await answers.next()).value, 'again\n');
  socket.write('2\n');
  const [, late] = /^\n2 (\d+)\n$/.exec(String((await answers.next()).value)) ?? [];
  assert.ok(Number(late) >= (Date.now() + 3_599_000) * 1_000, `the host said ${late}`);
});

test('streams: a guest is told once all that it wrote has come, and the word that ends it is no output', async () => {
  using keeper = new Keeper(
    'until [ -e word ]; do sleep 0.05; done; for part in out "" left $(cut -c 1-31 word); do printf "%s" "$part" >&3; sleep 0.1; done; ' +
      'cut -c 1-31 word | tr -d "\\n" >&4; sleep 0.2; cat word >&3; cut -c 32 word | tr -d "\\n" >&4; until [ -e go ]; do sleep 0.05; done',
  );
  const path = join(keeper.dir, 'clock.sock');
  while (!existsSync(path)) await delay(10);
  const guest = connect(path);
  using _gone = { [Symbol.dispose]: () => guest.destroy() };
  const answers = createInterface(guest)[Symbol.asyncIterator]();
  guest.write('end\n');
  const word = /^end ([0-9a-f]{32})$/.exec(String((await answers.next()).value))![1]!;
  writeFileSync(join(keeper.dir, 'new'), word);
  renameSync(join(keeper.dir, 'new'), join(keeper.dir, 'word'));
  assert.equal((await answers.next()).value, 'all');
  guest.write('end\n');
  const again = [await answers.next(), await answers.next()].map(({ value }) => value);
  assert.deepEqual(again, [`end ${word}`, 'all'], 'it may ask again');
  writeFileSync(join(keeper.dir, 'go'), '');
  assert.deepEqual((await keeper.log).map(String), [`outleft${word.slice(0, 31)}`, '']);
});

test('streams: its sockets are for its own user alone', async () => {
  using keeper = new Keeper('sleep 5');
  const socket = await keeper.client('stdout', 'n');
  assert.equal(statSync(join(keeper.dir, 'stdout.sock')).mode & 0o777, 0o600);
  socket.destroy();
});

test('streams over vsock: what the guest writes at its ports is its output, and what the VMM prints is the console', async () => {
  using keeper = new Keeper(`echo console; ${untilGone}; exit 3`, 0, 'vsock-streams');
  const bytes = randomBytes(3_000_000);
  const [out, err] = [await keeper.connected('vsock_2'), await keeper.connected('vsock_3')];
  const shown = buffer(await keeper.client('stdout', 's'));
  out.end(bytes);
  err.end('wrong\n');
  writeFileSync(join(keeper.dir, 'gone'), '');
  assert.equal(digest(await shown), digest(bytes));
  assert.equal(await keeper.code, 3);
  const [output, errors] = await keeper.log;
  assert.equal(digest(output), digest(bytes));
  assert.deepEqual(errors.toString().trim().split('\n').toSorted(), ['console', 'wrong']);
});

test('streams over vsock: the first connection to a port is the guest, and another one is refused', async () => {
  using keeper = new Keeper(`: >up; ${untilGone}`, 0, 'vsock-streams');
  await keeper.untilUp();
  const names = ['vsock_1', 'vsock_2', 'vsock_3', 'vsock_4', 'vsock_5'];
  const first = await Promise.all(names.map(async (name) => await keeper.connected(name)));
  const reader = await keeper.client('stdout', 's');
  first[1]!.write('of the guest\n');
  assert.equal(String((await once(reader, 'data'))[0]), 'of the guest\n');
  first[4]!.write('1\n');
  await once(first[4]!, 'data');
  for (const name of ['vsock_2', 'vsock_5'])
    await assert.rejects(keeper.connected(name), { code: 'ECONNREFUSED' }, name);
});

test('streams over vsock: the input of a client, and its end, reach the guest', async () => {
  using keeper = new Keeper(untilGone, 0, 'vsock-streams');
  const client = await keeper.connected('stdin.sock');
  const bytes = randomBytes(3_000_000);
  client.end(bytes);
  const guest = await keeper.connected('vsock_1');
  assert.equal(digest(await buffer(guest)), digest(bytes));
  assert.equal(String(await buffer(client)), '\n', 'it is told that the guest is ready');
});

test('streams over vsock: a terminal stays open for the next client, and so does the port for its size', async () => {
  using keeper = new Keeper(untilGone, 0, 'vsock-terminal');
  for (const [port, name] of [
    ['vsock_1', 'stdin.sock'],
    ['vsock_4', 'guest.sock'],
  ] as const) {
    const guest = await keeper.connected(port);
    for (const words of ['one\n', 'two\n']) {
      const client = await keeper.connected(name);
      client.end(words);
      assert.equal(String((await once(guest, 'data'))[0]), words);
      assert.equal(String(await buffer(client)), '\n');
    }
    assert.equal(guest.readableEnded, false);
  }
});

test('streams over vsock: a guest that boots its own init has a clock, and no streams', async () => {
  using keeper = new Keeper(`echo console; echo own >&2; ${untilGone}`, 0, 'vsock');
  const guest = await keeper.connected('vsock_5');
  guest.write('7\n');
  assert.match(String((await once(guest, 'data'))[0]), /^\n7 \d{16}\n$/);
  for (const name of ['vsock_1', 'vsock_2', 'stdout.sock', 'stdin.sock'])
    assert.equal(existsSync(join(keeper.dir, name)), false, name);
  writeFileSync(join(keeper.dir, 'gone'), '');
  assert.equal(await keeper.code, 0);
  assert.deepEqual((await keeper.log).map(String), ['console\n', 'own\n']);
});
