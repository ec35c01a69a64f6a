import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { pots } from '../garden.sample.ts';
import type { WatchEvent } from '../object-client.ts';
import { HttpObjectClient } from './http-object-client.ts';

/** What real servers do seldom or no more is played by a double. */
async function doubled(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpObjectClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const event = (type: string, resourceVersion: string, annotations = {}): string =>
  `${JSON.stringify({ type, object: { apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name: 'a', resourceVersion, annotations } } })}\n`;

const status = (code: number, reason: string, more = {}): string =>
  JSON.stringify({ kind: 'Status', code, reason, message: reason, ...more });

const textOf = (told: WatchEvent): string =>
  told.type === 'BOOKMARK'
    ? `BOOKMARK ${told.resourceVersion}`
    : `${told.type} ${told.object.metadata.resourceVersion}`;

async function seen(
  client: HttpObjectClient,
  count: number,
  resourceVersion?: string,
): Promise<readonly string[]> {
  const stop = new AbortController();
  const found: string[] = [];
  for await (const each of client.watch(pots, { resourceVersion, signal: stop.signal })) {
    found.push(textOf(each));
    if (found.length === count) stop.abort();
  }
  return found;
}

describe('HttpObjectClient', () => {
  test('a watch that the server ends goes on where it was', async () => {
    const asked: (string | null)[] = [];
    await using double = await doubled(({ url = '' }, response) => {
      const from = new URL(url, 'http://x').searchParams.get('resourceVersion');
      asked.push(from);
      if (from === null)
        response.end(event('ADDED', '9') + event('BOOKMARK', '12', { 'k8s.io/initial-events-end': 'true' }));
      else if (from === '12') response.end(event('MODIFIED', '13') + event('BOOKMARK', '15'));
      else response.write(event('DELETED', '16'));
    });
    assert.deepEqual(await seen(double.client, 5), [
      'ADDED 9',
      'BOOKMARK 12',
      'MODIFIED 13',
      'BOOKMARK 15',
      'DELETED 16',
    ]);
    assert.deepEqual(asked, [null, '12', '15']);
  });

  test('where a watch cannot begin with what is there, a list comes first', async () => {
    await using double = await doubled(({ url = '' }, response) => {
      const query = new URL(url, 'http://x').searchParams;
      const metadata = { name: 'a', resourceVersion: '3' };
      if (query.has('sendInitialEvents')) response.writeHead(422).end(status(422, 'Invalid'));
      else if (query.has('watch'))
        response.write(event('MODIFIED', query.get('resourceVersion') === '7' ? '8' : '?'));
      else
        response.end(
          JSON.stringify({ kind: 'PotList', metadata: { resourceVersion: '7' }, items: [{ metadata }] }),
        );
    });
    assert.deepEqual(await seen(double.client, 3), ['ADDED 3', 'BOOKMARK 7', 'MODIFIED 8']);
  });

  test('a watch that breaks, or that tells of an error, is an error', async () => {
    await using double = await doubled(({ url = '' }, response) => {
      const from = new URL(url, 'http://x').searchParams.get('resourceVersion');
      if (from === '1')
        response.end(`${JSON.stringify({ type: 'ERROR', object: JSON.parse(status(410, 'Expired')) })}\n`);
      else if (from === '2') response.write(event('ADDED', '9'), () => response.destroy());
      else if (from === '3') response.end('<html>\n');
      else response.end(event('ADDED', '9'));
    });
    await assert.rejects(seen(double.client, 2, '1'), { code: 'REVISION_TOO_OLD' });
    await assert.rejects(seen(double.client, 2, '2'), { code: 'SERVER_UNREACHABLE' });
    await assert.rejects(seen(double.client, 2, '3'), { code: 'SERVER_FAILED' });
    await assert.rejects(seen(double.client, 2), { code: 'SERVER_FAILED' });
  });

  test('errors keep what the server told, and other answers are told of', async () => {
    const causes = [{ field: 'spec.size', reason: 'FieldValueInvalid', message: 'too small' }];
    const answers: Readonly<Record<string, readonly [number, string]>> = {
      busy: [429, status(429, 'TooManyRequests', { details: { retryAfterSeconds: 2 } })],
      wrong: [422, status(422, 'Invalid', { details: { causes } })],
      proxy: [502, 'Bad Gateway'],
      old: [410, status(410, 'Gone')],
      page: [200, '<html>'],
    };
    await using double = await doubled(({ url = '' }, response) => {
      const [code, body] = answers[url.split('/').at(-1)!]!;
      response.writeHead(code).end(body);
    });
    for (const [name, wanted] of [
      ['busy', { code: 'SERVER_BUSY', retryAfterMs: 2_000 }],
      ['wrong', { code: 'INVALID', causes }],
      ['proxy', { code: 'SERVER_FAILED', message: 'the server answered with 502: Bad Gateway' }],
      ['old', { code: 'REVISION_TOO_OLD' }],
      ['page', { code: 'SERVER_FAILED' }],
    ] as const)
      await assert.rejects(double.client.get({ ...pots, namespace: 'n', name }), wanted);
  });
});
