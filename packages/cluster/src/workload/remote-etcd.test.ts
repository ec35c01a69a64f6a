import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { newAuthority } from './cluster-secrets.ts';
import { RemoteEtcd } from './remote-etcd.ts';

const { signal } = new AbortController();
const now = Date.now;
const authority = newAuthority('etcd', now());

interface Asked {
  readonly id: string;
  readonly path: string;
  readonly body: unknown;
}

/** Members that answer as those of etcd do; one without a leader refuses what it cannot do alone. */
async function open(members: readonly { readonly id: string; readonly status: object }[]) {
  const asked: Asked[] = [];
  const list = { members: members.map(({ id }) => ({ ID: id, name: `db-${id}` })) };
  const answerOf = async (id: string, status: object, request: IncomingMessage) => {
    const path = request.url!;
    const body = await json(request);
    if (path === '/v3/maintenance/status')
      return [200, { header: { member_id: id }, version: '3.6.5', ...status }] as const;
    asked.push({ id, path, body });
    if (!('leader' in status)) return [503, { error: 'etcdserver: request timed out' }] as const;
    return [200, path.endsWith('/list') ? list : {}] as const;
  };
  const servers = members.map(({ id, status }) =>
    createServer((request, response) => {
      void answerOf(id, status, request).then(([code, body]) =>
        response.writeHead(code).end(JSON.stringify(body)),
      );
    }),
  );
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoints = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    asked,
    etcd: new RemoteEtcd({ endpoints: () => Promise.resolve(endpoints), authority, now }),
    [Symbol.dispose]: () => {
      for (const server of servers) server.close();
    },
  };
}

test('a member that knows no leader is not asked, for its answer would be old, or none', async () => {
  using at = await open([
    { id: '1', status: { errors: ['etcdserver: no leader'] } },
    { id: '2', status: { leader: '2' } },
    { id: '3', status: { leader: '2' } },
  ]);
  const members = await at.etcd.members(signal);
  assert.deepEqual(
    members.map(({ isHealthy, isLeader }) => [isHealthy, isLeader]),
    [
      [false, false],
      [true, true],
      [true, false],
    ],
  );
  await at.etcd.remove('1', signal);
  assert.deepEqual(at.asked, [
    { id: '2', path: '/v3/cluster/member/list', body: { linearizable: true } },
    { id: '2', path: '/v3/cluster/member/remove', body: { ID: '1' } },
  ]);
});

test('a member that is reached elsewhere is announced to those that know their leader', async () => {
  using at = await open([{ id: '2', status: { leader: '2' } }]);
  await at.etcd.announce('2', 'https://10.61.0.2:2380', signal);
  const body = { ID: '2', peerURLs: ['https://10.61.0.2:2380'] };
  assert.deepEqual(at.asked, [{ id: '2', path: '/v3/cluster/member/update', body }]);
});

test('members that all know no leader have nothing to say', async () => {
  using at = await open([{ id: '1', status: { leader: '0' } }]);
  await assert.rejects(at.etcd.members(signal), { code: 'ETCD_UNREACHABLE' });
});

test('a member with an alarm is healthy, and tells whose alarm it is', async () => {
  const errors = ['memberID:2 alarm:NOSPACE ', 'memberID:9  alarm:CORRUPT'];
  using at = await open([
    { id: '1', status: { leader: '1', errors } },
    { id: '2', status: { leader: '1', errors } },
  ]);
  const members = await at.etcd.members(signal);
  assert.deepEqual(
    members.map(({ isHealthy, alarms }) => [isHealthy, alarms]),
    [
      [true, ['NOSPACE of db-2', 'CORRUPT']],
      [true, ['NOSPACE of db-2', 'CORRUPT']],
    ],
  );
});

test('a snapshot of which nothing more comes is given up', { timeout: 60_000 }, async () => {
  const part = JSON.stringify({ result: { blob: Buffer.from('part').toString('base64') } });
  const server = createServer((request, response) => {
    if (request.url === '/v3/maintenance/snapshot') response.write(`${part}\n`);
    else response.end(JSON.stringify({ header: { member_id: '1' }, version: '3.6.5', leader: '1' }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const endpoints = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
    const etcd = new RemoteEtcd({
      ...{ endpoints: () => Promise.resolve(endpoints), authority, now, stallMs: 500 },
    });
    const parts: string[] = [];
    const taken = (async () => {
      for await (const each of etcd.snapshot(signal)) parts.push(each.toString());
    })();
    await assert.rejects(taken, { code: 'ETCD_UNREACHABLE', message: /no part of the snapshot/ });
    assert.deepEqual(parts, ['part']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
