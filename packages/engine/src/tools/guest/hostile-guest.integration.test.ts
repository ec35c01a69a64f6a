import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';

const program = join(import.meta.dirname, '../../../../../host/guest-command');
const dir = mkdtempSync(join(tmpdir(), 'hostile-guest-'));
const clients: ChildProcess[] = [];
after(() => {
  for (const client of clients) client.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

const large = join(dir, 'large');
writeFileSync(large, '');
truncateSync(large, 2 ** 25);

function frame(kind: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

let count = 0;
/** Has a client of the host copy a large file into a guest that has begun the command, and reads no more. */
async function copying(): Promise<{ readonly client: ChildProcess; readonly guest: Socket }> {
  const path = join(dir, `${(count += 1)}.sock`);
  const server = createServer().listen(path);
  await once(server, 'listening');
  const input = openSync(large, 'r');
  const client = spawn('perl', [program, dir, '60', '', 'cat', path], { stdio: [input, 'ignore', 'pipe'] });
  clients.push(client);
  closeSync(input);
  const [guest] = (await once(server, 'connection')) as [Socket];
  server.close();
  guest.on('error', () => {}); // the client may leave while we write
  guest.write('ready\n');
  const [said] = (await once(guest, 'data')) as [Buffer];
  guest.pause();
  const [word] = said.subarray(5).toString('latin1').split('\0');
  guest.write(frame('B', word!));
  return { client, guest };
}

for (const [kind, body] of [
  ['A', '1e18'],
  ['A', 'inf'],
  ['A', '9999999'],
  ['A', '-1'],
  ['X', 'a\u001B[2J'],
] as const)
  test(`a guest that says ${kind} ${JSON.stringify(body)} is not believed, and not shown`, async () => {
    const { client, guest } = await copying();
    const ended = once(client, 'close');
    guest.write(frame(kind, body));
    assert.equal(String(await buffer(client.stderr!)), 'ignite: the guest says what cannot be understood\n');
    assert.deepEqual(await ended, [255, null]);
    guest.destroy();
  });

test('a guest that says it took what it has not read does not fill the memory of the host', async () => {
  const { client, guest } = await copying();
  const position = (): number =>
    Number(/^pos:\t(\d+)$/m.exec(readFileSync(`/proc/${client.pid}/fdinfo/0`, 'utf8'))?.[1]);
  let told = 0;
  // In each round the client has an occasion to read its input.
  for (let round = 0; round < 100; round += 1) {
    const has = position();
    guest.write(Buffer.concat([frame('A', String(has - told)), frame('R', 'x')]));
    told = has;
    await once(client.stderr!, 'data');
  }
  assert.ok(position() < 2 ** 21, String(position()));
  const ended = once(client, 'close');
  guest.destroy();
  assert.deepEqual(await ended, [255, null]);
});
