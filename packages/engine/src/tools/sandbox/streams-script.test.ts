import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const script = join(import.meta.dirname, '../../../../../host/streams');

/** A shell in the place of a VMM, whose descriptors 3 and 4 are a guest's outputs. */
class Keeper implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'ignite-streams-'));
  readonly events = join(this.dir, 'events');
  readonly child: ChildProcess;
  readonly log: Promise<readonly [Buffer, Buffer]>;
  readonly code: Promise<number | null>;

  constructor(line: string, awaitClientSeconds = 0) {
    writeFileSync(this.events, '');
    const args = [script, this.dir, this.events, String(awaitClientSeconds), '/bin/sh', '-c', line];
    this.child = spawn('perl', args, { cwd: this.dir });
    this.log = Promise.all([buffer(this.child.stdout!), buffer(this.child.stderr!)]);
    this.code = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async client(stream: 'stdout' | 'stderr', wish: 's' | 'n') {
    const path = join(this.dir, `${stream}.sock`);
    while (!existsSync(path)) await delay(10);
    const socket = connect(path);
    await once(socket, 'connect');
    socket.write(wish);
    return socket;
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}

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
