import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { giveIdentity, prepareGuest, renameGuest, startServing } from './identity-channel.ts';

const dir = mkdtempSync(join(tmpdir(), 'identity-channel-'));
after(() => rmSync(dir, { recursive: true }));

let count = 0;
interface Guest {
  readonly greeting: string;
  readonly answer: string;
  /** Whether the guest sees that somebody connects; otherwise it only answers who says hello. */
  readonly sees?: boolean;
}

/** Runs `act` with the socket of a guest that greets and then answers. Returns what the guest was told after the hello. */
async function withGuest(
  { greeting, answer, sees = true }: Guest,
  act: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(dir, `${(count += 1)}.sock`);
  let told = '';
  let hasAnswered = false;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    if (sees) socket.write(`${greeting}\n`);
    socket.on('data', (part: Buffer) => {
      told += part.toString();
      if (told.startsWith('hello\n')) {
        told = told.slice('hello\n'.length);
        if (greeting !== '') socket.write(`${greeting}\n`);
      }
      if (told !== '' && !hasAnswered) {
        hasAnswered = true;
        socket.write(answer);
      }
    });
  });
  server.listen(path);
  await once(server, 'listening');
  try {
    await act(path);
    return told;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const events: ProgressEvent[] = [];
const op = {
  signal: new AbortController().signal,
  report: (event: ProgressEvent) => void events.push(event),
};
const seedFor = async ({ isPrepared }: { readonly isPrepared: boolean }): Promise<Buffer> =>
  Buffer.from(isPrepared ? 'small' : 'with programs');

for (const [greeting, told] of [
  ['prepared', 'become 5\nsmall'],
  ['unprepared', 'become 13\nwith programs'],
  ['', 'become 13\nwith programs'], // a guest that an older Ignite has booted
] as const)
  test(`giveIdentity: a guest that says ${JSON.stringify(greeting)} gets a seed that suits it`, async () => {
    assert.equal(
      await withGuest({ greeting, answer: '\ndone\n' }, (path) => giveIdentity(path, seedFor, op)),
      told,
    );
  });

test('giveIdentity: a guest that has not seen that somebody connects is asked', async () => {
  const guest = { greeting: 'prepared', answer: 'done\n', sees: false };
  assert.equal(await withGuest(guest, (path) => giveIdentity(path, seedFor, op)), 'become 5\nsmall');
});

test('giveIdentity: how long the steps of the guest take is reported', async () => {
  events.length = 0;
  const answer = 'did receive its seed\ndid renew the kernel\ndone\n';
  await withGuest({ greeting: 'prepared', answer }, (path) => giveIdentity(path, seedFor, op));
  assert.deepEqual(
    events.map((event) => event.kind === 'timing' && event.what),
    ['guest: wake up', 'guest: receive its seed', 'guest: renew the kernel'],
  );
});

test('giveIdentity: a guest that has failed is told with its reason', async () => {
  const answer = 'did receive its seed\nfailed the disk is full\n';
  await assert.rejects(
    withGuest({ greeting: 'prepared', answer }, (path) => giveIdentity(path, seedFor, op)),
    /the guest answered: "failed the disk is full"/,
  );
});

test('prepareGuest: only a guest that lacks the programs and knows what they are for gets them', async () => {
  const programs = async (): Promise<Buffer> => Buffer.from('perl');
  const tell = (greeting: string): Promise<string> =>
    withGuest({ greeting, answer: 'done\n' }, (path) => prepareGuest(path, programs, op));
  assert.equal(await tell('unprepared'), 'prepare 4\nperl');
  assert.equal(await tell('prepared'), '');
  assert.equal(await tell(''), '');
});

test('startServing: only a guest that lacks the programs gets them', async () => {
  const programs = async (): Promise<Buffer> => Buffer.from('perl');
  const tell = (greeting: string): Promise<string> =>
    withGuest({ greeting, answer: 'done\n' }, (path) => startServing(path, programs, op));
  assert.equal(await tell('unprepared'), 'serve 4\nperl');
  assert.equal(await tell('prepared'), 'serve 0\n');
});

test('startServing: a guest that has yet to say why it failed for a client before gets the programs', async () => {
  const stale = { greeting: 'failed the programs did not arrive whole\nunprepared', sees: false };
  const told = await withGuest({ ...stale, answer: 'done\n' }, (path) =>
    startServing(path, async () => Buffer.from('perl'), op),
  );
  assert.equal(told, 'serve 4\nperl');
});

test('renameGuest: a guest is told its name, and what it fails for is known', async () => {
  const rename = async (path: string): Promise<void> => await renameGuest(path, 'web', op);
  assert.equal(await withGuest({ greeting: 'unprepared', answer: 'done \n' }, rename), 'rename web\n');
  const full = { greeting: 'prepared', answer: 'failed its disk is full\n' };
  await assert.rejects(withGuest(full, rename), /the guest answered: "failed its disk is full"/);
});
