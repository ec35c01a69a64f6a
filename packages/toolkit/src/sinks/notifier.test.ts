import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ManualClock } from '../clock/manual-clock.ts';
import { type SyncObject, initialSyncStatus } from '../sync/kinds.ts';
import { isFromSender } from '../webhook/verify-webhook.ts';
import { commitStatusRequest } from './notification.ts';
import { Notifier } from './notifier.ts';

const commit = '8843d7f92416211de9ebb963ff4ce28125932878';

const sync = (spec: object, status: 'True' | 'False', message: string): SyncObject =>
  ({
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'site', uid: 'u' },
    spec: { notify: [], ...spec },
    status: {
      ...initialSyncStatus,
      lastAttemptedRevision: `main@sha1:${commit}`,
      conditions: [
        { type: 'Ready', status, reason: 'R', message, lastTransitionTime: 't', observedGeneration: 1 },
      ],
    },
  }) as unknown as SyncObject;

test('Notifier: each change is told once, signed, and again to one that did not listen at first', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'notify-'));
  const secretFile = join(dir, 'secret');
  writeFileSync(secretFile, 'shared\n');
  const heard: { readonly path: string; readonly message: string; readonly isSigned: boolean }[] = [];
  let refusals = 2;
  const server = createServer((asked, answer) => {
    void text(asked).then((body) => {
      refusals -= 1;
      if (refusals >= 0) return answer.writeHead(503).end();
      const { message = '' } = JSON.parse(body) as { readonly message?: string };
      heard.push({
        path: asked.url!,
        message,
        isSigned: isFromSender(
          asked.headers,
          createHmac('sha256', 'shared').update(body).digest('hex'),
          'shared',
        ),
      });
      return answer.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const notifier = new Notifier({ host: 'one', clock, log: () => {} });
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) {
      await clock.advance(1_000);
      await delay(10);
    }
  };
  try {
    const spec = {
      notify: [
        { url: `${url}/all`, secretFile, on: 'change' },
        { url: `${url}/bad`, on: 'failure' },
      ],
    };
    await notifier.publish(sync(spec, 'True', 'first'), undefined, signal);
    await notifier.publish(sync(spec, 'True', 'first'), undefined, signal);
    await until(1);
    assert.deepEqual(heard, [{ path: '/all', message: 'first', isSigned: true }]);
    await notifier.publish(sync(spec, 'False', 'second'), undefined, signal);
    await until(3);
    assert.deepEqual(
      heard
        .slice(1)
        .map(({ path }) => path)
        .toSorted(),
      ['/all', '/bad'],
    );
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  }
});

test('Notifier: a token is not taken to where a redirect leads', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'notify-'));
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, 'tok\n');
  let [asked, followed] = [0, 0];
  await using other = createServer((_asked, answer) => {
    followed += 1;
    answer.end();
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  await using forge = createServer((_asked, answer) => {
    asked += 1;
    answer.writeHead(asked % 2 === 0 ? 302 : 307, { location }).end();
  }).listen(0, '127.0.0.1');
  await once(forge, 'listening');
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const warned = Promise.withResolvers<void>();
  const notifier = new Notifier({ host: 'one', clock, log: () => warned.resolve() });
  const url = `http://127.0.0.1:${(forge.address() as AddressInfo).port}`;
  const spec = { commitStatus: { provider: 'gitlab', url, tokenFile } };
  await notifier.publish(sync(spec, 'True', 'first'), undefined, signal);
  let isOver = false;
  void warned.promise.then(() => (isOver = true));
  while (!isOver) {
    await clock.advance(1_000);
    await delay(10);
  }
  assert.equal(asked, 5);
  assert.equal(followed, 0);
  rmSync(dir, { recursive: true });
});

test('commitStatusRequest: as each forge wants it, and none for what is no commit', () => {
  const notification = {
    sync: 'site',
    host: 'one',
    revision: `main@sha1:${commit}`,
    ready: 'True',
    reason: 'Applied',
    message: 'ok',
    time: '',
  } as const;
  const request = (provider: 'github' | 'gitlab' | 'gitea') =>
    commitStatusRequest(
      { provider, url: 'https://forge.example/api/x/', tokenFile: '/t' },
      notification,
      'tok',
    );
  assert.equal(request('github')?.url, `https://forge.example/api/x/statuses/${commit}`);
  assert.equal(request('github')?.headers['authorization'], 'Bearer tok');
  assert.deepEqual(JSON.parse(request('github')!.body), {
    state: 'success',
    context: 'gitops/one/site',
    description: 'ok',
  });
  assert.equal(request('gitea')?.headers['authorization'], 'token tok');
  assert.equal(request('gitlab')?.headers['private-token'], 'tok');
  assert.deepEqual(JSON.parse(request('gitlab')!.body), {
    state: 'success',
    name: 'gitops/one/site',
    description: 'ok',
  });
  const folder = { ...notification, revision: 'directory@sha256:abc' };
  assert.equal(
    commitStatusRequest({ provider: 'github', url: 'https://x', tokenFile: '/t' }, folder, 't'),
    undefined,
  );
});
