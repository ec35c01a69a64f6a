import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import type { Client } from '@ignite/api/client/client';
import { callsProtocol } from '@ignite/api/remote/messages';
import type { Vm } from '@ignite/api/v1/vm';
import { WebSocket } from 'ws';
import type { AuditEvent } from '../audit/audit-event.ts';
import { defaultPolicy } from '../audit/audit-policy.ts';
import { serveCalls } from './calls.sample.ts';

const vm = (name: string, namespace = 'default'): Vm =>
  ({ kind: 'VM', metadata: { name, namespace, uid: `uid-of-${namespace}-${name}` } }) as unknown as Vm;
const forever = new AbortController().signal;
const op = { signal: forever, report: () => {} };

describe('a line that outlives its credentials', () => {
  test('a token that is not known any more makes no further calls on an open line', async () => {
    let isKnown = true;
    await using calls = await serveCalls({ vms: { list: async () => [vm('web')] } }, undefined, 'token', {
      authenticator: {
        authenticate: async () => (isKnown ? { name: 'jane', groups: [] } : undefined),
      },
    });
    assert.equal((await calls.far.vms.list(forever)).length, 1);
    isKnown = false;
    await assert.rejects(calls.far.vms.list(forever), { code: 'UNAUTHORIZED' });
  });

  test('who may not act as another user any more makes no further calls as him', async () => {
    let isAllowed = true;
    const users: string[] = [];
    await using calls = await serveCalls({ vms: { list: async () => [vm('web')] } }, undefined, undefined, {
      authorizer: { authorize: async () => ({ isAllowed, reason: '' }) },
      calls: {
        clientFor: () => ({ vms: { list: async () => [vm('web')] } }) as unknown as Client,
        may: async ({ name }) => {
          users.push(name);
          return { isAllowed: true, reason: '' };
        },
      },
    });
    const socket = new WebSocket(`${calls.server.url}/calls/v1`, [callsProtocol], {
      headers: { 'impersonate-user': 'bob' },
    });
    const list = async (): Promise<string> => {
      socket.send(JSON.stringify({ type: 'call', name: 'vms.list', args: [] }));
      const [answer] = (await once(socket, 'message')) as [Buffer];
      return (JSON.parse(answer.toString()) as { readonly type: string }).type;
    };
    await once(socket, 'open');
    assert.equal(await list(), 'result');
    isAllowed = false;
    assert.equal(await list(), 'failure');
    assert.deepEqual(users, ['bob']);
    socket.terminate();
  });
});

describe('the record of calls', () => {
  test('each call is recorded: who made it, of which VM, what was decided, and how it ended', async () => {
    const events: AuditEvent[] = [];
    await using calls = await serveCalls(
      {
        vms: {
          find: async () => vm('web', 'prod'),
          remove: async () => vm('web', 'prod'),
          stop: async (_query, _request, { signal }) => {
            await once(signal, 'abort');
            throw signal.reason;
          },
        },
      },
      (request) => request.isResource && ['delete', 'update'].includes(request.verb),
      undefined,
      { audit: { policy: defaultPolicy, write: async (event) => void events.push(event) } },
    );
    await calls.far.vms.remove('prod/web', { force: true }, op);
    await assert.rejects(calls.far.vms.create({ spec: {} }, op), { code: 'FORBIDDEN' });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(calls.far.vms.stop('web', { force: false }, { ...op, signal }));
    const shown = events.map(({ requestURI, verb, user, objectRef, responseStatus, annotations }) => [
      requestURI,
      verb,
      (user as { readonly username: string }).username,
      (objectRef as { readonly name?: string; readonly namespace?: string } | undefined)?.name,
      (responseStatus as { readonly code: number }).code,
      (annotations as Readonly<Record<string, string>>)['authorization.k8s.io/decision'],
    ]);
    assert.deepEqual(shown, [
      ['/calls/v1/vms.remove', 'delete', 'jane', 'web', 200, 'allow'],
      ['/calls/v1/vms.create', 'post', 'jane', undefined, 403, 'forbid'],
      ['/calls/v1/vms.stop', 'update', 'jane', 'web', 499, 'allow'],
    ]);
  });
});

describe('the places of lines', () => {
  test('clients that are gone before they are known leave no place taken', async () => {
    const known = Promise.withResolvers<void>();
    let asked = 0;
    const server = new EventEmitter();
    await using calls = await serveCalls({ vms: { list: async () => [vm('web')] } }, undefined, undefined, {
      authenticator: {
        authenticate: async ({ socket }) => {
          asked += 1;
          if (asked <= 100) {
            socket.once('close', () => server.emit('gone'));
            server.emit('asked');
          }
          await known.promise;
          return { name: 'jane', groups: [] };
        },
      },
    });
    const { port } = new URL(calls.server.url);
    const lines = ['GET /calls/v1 HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket']
      .concat(['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='])
      .concat([`Sec-WebSocket-Protocol: ${callsProtocol}`, '', '']);
    for (let at = 0; at < 100; at += 1) {
      const isAsked = once(server, 'asked');
      const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
      socket.write(lines.join('\r\n'));
      await isAsked;
      const isGone = once(server, 'gone');
      socket.resetAndDestroy();
      await isGone;
    }
    known.resolve();
    assert.equal((await calls.far.vms.list(forever)).length, 1);
  });
});
