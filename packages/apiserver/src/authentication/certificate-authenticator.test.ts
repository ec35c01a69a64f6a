import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { type Agent, createServer, request } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { CertificateFolder, type TlsCredentials } from '../certificates/certificate-folder.ts';
import { CertificateAuthenticator, clientCertificates } from './certificate-authenticator.ts';

const { signal } = new AbortController();
const hourMs = 60 * 60 * 1_000;

/** A server that answers who the client is, over real TLS on this host. */
async function openServer() {
  const dir = await mkdtemp(join(tmpdir(), 'tls-'));
  const folder = new CertificateFolder(dir, systemClock);
  const clock = new ManualClock();
  clock.now = () => Date.now() + aheadMs.value;
  const aheadMs = { value: 0 };
  const authenticator = new CertificateAuthenticator(clock);
  const credentials = await folder.serverCredentials(['127.0.0.1'], signal);
  const server = createServer({ ...credentials, ...clientCertificates }, (asked, answer) => {
    authenticator.authenticate(asked).then(
      (user) => answer.end(JSON.stringify(user ?? null)),
      (failure: unknown) => answer.writeHead(401).end((failure as { readonly code: string }).code),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dir,
    port,
    folder,
    aheadMs,
    ca: credentials.ca,
    /** Returns the user whom the server takes the client for, or the code of the refusal. */
    ask: async (shown?: Omit<TlsCredentials, 'ca'>, agent?: Agent) => {
      const tls = { host: '127.0.0.1', port, ca: credentials.ca, agent: agent ?? false };
      const text = await answerOf(request({ ...tls, ...(shown && { key: shown.key, cert: shown.cert }) }));
      return /^[[{n]/.test(text) ? (JSON.parse(text) as unknown) : text;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true });
    },
  };
}

async function answerOf(asked: ReturnType<typeof request>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.on('response', resolve).on('error', reject).end();
  const parts: Buffer[] = [];
  for await (const part of await promise) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe('CertificateAuthenticator', () => {
  test('a client cannot show another certificate on a connection that has shown one', async () => {
    await using server = await openServer();
    const shown = await server.folder.clientCredentials({ name: 'bob', organizations: [] }, hourMs, signal);
    const { key, cert } = shown;
    const socket = connect({
      ...{ host: '127.0.0.1', port: server.port, ca: server.ca, key, cert },
      maxVersion: 'TLSv1.2', // the last one that knows how to begin anew
    });
    await once(socket, 'secureConnect');
    const outcome = Promise.withResolvers<Error | null>();
    socket.once('error', outcome.resolve);
    socket.renegotiate({}, outcome.resolve);
    assert.match(String(await outcome.promise), /no renegotiation/);
    socket.destroy();
  });

  test('a certificate of our authority says who the user is, and of which groups', async () => {
    await using server = await openServer();
    const shown = await server.folder.clientCredentials(
      { name: 'ada', organizations: ['ops', 'dev'] },
      hourMs,
      signal,
    );
    const user = (await server.ask(shown)) as { readonly extra: object };
    const id = Object.values(user.extra).flat();
    assert.deepEqual(user, { name: 'ada', groups: ['ops', 'dev'], extra: user.extra });
    assert.match(String(id), /^X509SHA256=[0-9a-f]{64}$/);
    const alone = await server.folder.clientCredentials({ name: 'bob' }, hourMs, signal);
    assert.partialDeepStrictEqual(await server.ask(alone), { name: 'bob', groups: [] });
  });

  test('who shows no certificate is nobody', async () => {
    await using server = await openServer();
    assert.equal(await server.ask(), null);
  });

  test('a certificate of another authority, of another use, without a user or too old is refused', async () => {
    await using server = await openServer();
    const stranger = new CertificateFolder(join(server.dir, 'other'), systemClock);
    const past = { ...systemClock, now: () => Date.now() - 2 * hourMs };
    const early = new CertificateFolder(server.dir, past);
    for (const shown of [
      await stranger.clientCredentials({ name: 'root', organizations: ['system:masters'] }, hourMs, signal),
      await server.folder.serverCredentials(['127.0.0.1'], signal),
      await server.folder.clientCredentials({ name: '' }, hourMs, signal),
      await early.clientCredentials({ name: 'ada' }, hourMs, signal),
    ])
      assert.equal(await server.ask(shown), 'UNAUTHORIZED');
  });

  test('a certificate that expires while the connection stays open is refused from then on', async () => {
    await using server = await openServer();
    const shown = await server.folder.clientCredentials({ name: 'ada' }, hourMs, signal);
    server.aheadMs.value = hourMs - 60_000;
    assert.partialDeepStrictEqual(await server.ask(shown), { name: 'ada' });
    server.aheadMs.value = hourMs + 60_000;
    assert.equal(await server.ask(shown), 'UNAUTHORIZED');
  });
});
