import assert from 'node:assert/strict';
import { type IncomingMessage, type Server, createServer, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Authenticator } from '../request/access.ts';
import { SocketAuthenticator } from './socket-authenticator.ts';
import { requestWith } from './tokens.sample.ts';
import { UnionAuthenticator } from './union-authenticator.ts';
import { unauthorized } from './unauthorized.ts';

const { signal } = new AbortController();
const nobody: Authenticator = { authenticate: async () => undefined };
const ada: Authenticator = { authenticate: async () => ({ name: 'ada', groups: ['ops'] }) };
const refuses: Authenticator = { authenticate: async () => Promise.reject(unauthorized('it is wrong')) };
const fails: Authenticator = { authenticate: async () => Promise.reject(new Error('the disk is gone')) };

describe('UnionAuthenticator', () => {
  const ask = async (...all: readonly Authenticator[]) =>
    await new UnionAuthenticator(all).authenticate(requestWith(), signal);

  test('the first one that knows the user decides, and everyone who is known is in one group more', async () => {
    const user = { name: 'ada', groups: ['ops', 'system:authenticated'] };
    assert.deepEqual(await ask(nobody, ada), user);
    assert.deepEqual(await ask(ada, fails), user);
  });

  test('wrong credentials are refused, and make one neither anonymous nor somebody else', async () => {
    assert.equal(await ask(nobody), undefined);
    assert.equal(await ask(), undefined);
    await assert.rejects(ask(refuses, ada), { code: 'UNAUTHORIZED' });
    await assert.rejects(ask(nobody, refuses), { code: 'UNAUTHORIZED' });
  });

  test('a failure is not taken for a refusal', async () => {
    await assert.rejects(ask(fails, ada), { message: 'the disk is gone' });
  });
});

describe('SocketAuthenticator', () => {
  test('whoever comes through the trusted socket is its user, and nobody else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'socket-'));
    const authenticator = new SocketAuthenticator({ name: 'root', groups: ['system:masters'] });
    const answering = (): Server =>
      createServer((asked, answer) => {
        authenticator
          .authenticate(asked)
          .then((user) => answer.end(user?.name ?? 'nobody'))
          .catch(() => answer.destroy());
      });
    const [trusted, other, tcp] = [answering(), answering(), answering()];
    authenticator.trust(trusted);
    const [path, otherPath] = [join(dir, 'a'), join(dir, 'b')];
    await Promise.all([listening(trusted, path), listening(other, otherPath), listening(tcp, 0)]);
    const { port } = tcp.address() as AddressInfo;
    assert.equal(await answerOf({ socketPath: path }), 'root');
    assert.equal(await answerOf({ socketPath: otherPath }), 'nobody');
    assert.equal(await answerOf({ host: '127.0.0.1', port }), 'nobody');
    for (const server of [trusted, other, tcp]) server.close();
    await rm(dir, { recursive: true });
  });
});

const listening = async (server: Server, at: string | number): Promise<void> =>
  await new Promise((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  );

async function answerOf(where: object): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ ...where, agent: false }, resolve)
    .on('error', reject)
    .end();
  const parts: Buffer[] = [];
  for await (const part of await promise) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
