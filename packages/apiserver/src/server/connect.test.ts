import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandConnector, LogConnector, LogRequest } from '../resource/connector.ts';
import type { RequestObserver } from './request-observer.ts';
import { podPath, servePod } from './pods.sample.ts';

/** A log with these parts, and what was asked of it. */
function logOf(...parts: readonly string[]) {
  const asked: LogRequest[] = [];
  const log: LogConnector = {
    kind: 'log',
    open: async (_target, wanted) => {
      asked.push(wanted);
      return (async function* () {
        for (const part of parts) yield Buffer.from(part);
      })();
    },
  };
  return { log, asked };
}

/** Asks to go on with another protocol, and returns the answer if that is refused. */
async function refusal(url: string, headers: Readonly<Record<string, string>>, method = 'POST') {
  const asked = request(url, { method, headers: { connection: 'Upgrade', ...headers } }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { code: response.statusCode, text: await text(response) };
}

describe('the output of what an object runs', () => {
  test('it is sent byte for byte, and the query says what is wanted of it', async () => {
    const { log, asked } = logOf('one\n', 'tw', 'o\n');
    await using server = await servePod({ log });
    const before = Date.now();
    const query = 'container=vm&follow=true&tailLines=5&timestamps=true&sinceSeconds=10';
    const answer = await fetch(`${server.url}${podPath}/log?${query}`);
    assert.equal(answer.headers.get('content-type'), 'text/plain');
    assert.equal(await answer.text(), 'one\ntwo\n');
    const { sinceMs, ...wanted } = asked[0]!;
    assert.deepEqual(wanted, {
      ...{ container: 'vm', follow: true, timestamps: true, previous: false, tail: 5 },
    });
    assert.ok(before - 10_000 <= sinceMs! && sinceMs! <= Date.now() - 10_000);
  });

  test('it ends after as many bytes as are wanted', async () => {
    await using server = await servePod({ log: logOf('one\n', 'two\n').log });
    assert.equal(await (await fetch(`${server.url}${podPath}/log?limitBytes=6`)).text(), 'one\ntw');
  });

  test('a query that makes no sense is refused', async () => {
    const { log, asked } = logOf();
    await using server = await servePod({ log });
    for (const query of [
      'tailLines=x',
      'tailLines=-1',
      'limitBytes=0',
      'sinceSeconds=0',
      'sinceTime=noon',
      'sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z',
    ])
      assert.equal((await fetch(`${server.url}${podPath}/log?${query}`)).status, 400, query);
    assert.deepEqual(asked, []);
  });

  test('it ends when the server does', async () => {
    const log: LogConnector = {
      kind: 'log',
      open: async (_target, _wanted, signal) =>
        (async function* () {
          yield Buffer.from('begun\n');
          await once(signal, 'abort');
        })(),
    };
    const server = await servePod({ log });
    const answer = await fetch(`${server.url}${podPath}/log?follow=true`);
    const reader = answer.body!.getReader();
    assert.equal(Buffer.from((await reader.read()).value!).toString(), 'begun\n');
    await Promise.all([server[Symbol.asyncDispose](), reader.read().catch(() => {})]);
  });

  test('discovery names the parts that clients can connect to', async () => {
    await using server = await servePod({ log: logOf().log });
    const { resources } = (await (await fetch(`${server.url}/api/v1`)).json()) as {
      readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
    };
    assert.deepEqual(resources.find(({ name }) => name === 'pods/log')?.verbs, ['get']);
  });
});

describe('connections with what an object runs', { timeout: 30_000 }, () => {
  const exec = { kind: 'command', open: async () => async () => 0 } as const;

  test('whoever may read but not create is refused, whatever the method is', async () => {
    const verbs: string[] = [];
    const authorizer = {
      authorize: async (_user: unknown, { verb }: { readonly verb: string }) => {
        verbs.push(verb);
        return { isAllowed: false, reason: '' };
      },
    };
    await using server = await servePod({ exec }, { authorizer });
    for (const method of ['GET', 'POST'])
      for (const upgrade of ['websocket', 'SPDY/3.1', 'other'])
        assert.equal((await refusal(`${server.url}${podPath}/exec`, { upgrade }, method)).code, 403);
    assert.deepEqual(new Set(verbs), new Set(['create']));
  });

  test('a request that does not change the protocol is told to', async () => {
    await using server = await servePod({ exec });
    const answer = await fetch(`${server.url}${podPath}/exec?stdout=true`, { method: 'POST' });
    assert.partialDeepStrictEqual(await answer.json(), {
      kind: 'Status',
      code: 400,
      message: 'Upgrade request required',
    });
  });

  test('a page of another server cannot connect with the certificate of the browser that shows it', async () => {
    await using server = await servePod({ exec });
    const headers = { upgrade: 'websocket', origin: 'https://elsewhere.example' };
    const { code, text: told } = await refusal(`${server.url}${podPath}/exec?stdout=true`, headers, 'GET');
    assert.equal(code, 403);
    assert.match(told, /pages of other servers/);
  });

  test('an observer is told of the end of a connection, and of its code', async () => {
    const ended: string[] = [];
    const begin: RequestObserver['begin'] = ({ verb }) => {
      ended.push('');
      const at = ended.length - 1;
      return ({ code }) => (ended[at] = `${verb} ${code}`);
    };
    const patient: CommandConnector = {
      kind: 'command',
      open: async () => async (_streams, signal) => {
        await once(signal, 'abort');
        return 0;
      },
    };
    await using server = await servePod({ exec: patient }, { observer: { begin } });
    const url = `${server.url.replace('http', 'ws')}${podPath}/exec?stdout=true`;
    const socket = new WebSocket(url, 'v5.channel.k8s.io');
    await once(socket, 'open');
    assert.deepEqual(ended, ['']);
    socket.close();
    await refusal(`${server.url}${podPath}/attach`, { upgrade: 'websocket' }, 'GET');
    while (ended.includes('')) await delay(5);
    assert.deepEqual(ended, ['CONNECT 101', 'GET 404']);
  });

  test('what is no part of an object is not found, and another protocol is not spoken', async () => {
    await using server = await servePod({ exec });
    assert.equal(
      (await refusal(`${server.url}${podPath}/attach`, { upgrade: 'websocket' }, 'GET')).code,
      404,
    );
    assert.equal((await refusal(`${server.url}${podPath}`, { upgrade: 'h2c' }, 'GET')).code, 200);
  });
});
