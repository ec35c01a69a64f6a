import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import type { WatchEvent } from '../store.ts';
import { EtcdClient, type KeyValue } from './etcd-client.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { base64, plainText } from './etcd-key-value.ts';
import { watchPrefix } from './etcd-watch.ts';

interface WatchRequest {
  readonly create_request: {
    readonly key: string;
    readonly range_end: string;
    readonly start_revision: number;
    readonly progress_notify: boolean;
  };
}

type Answer = (answer: ServerResponse<IncomingMessage>, nth: number) => void;

/** Watches at a server that answers each request in the given way. Returns what was asked and what was seen. */
async function watchAt(answer: Answer, { takes = 1, ms = 2_000 } = {}) {
  const asked: WatchRequest['create_request'][] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      asked.push((body as WatchRequest).create_request);
      answer(response, asked.length);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  using client = new EtcdClient({ endpoints: [`http://127.0.0.1:${port}`] });
  const seen: WatchEvent[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(ms)]);
  let failure: unknown;
  const prefix = '/t/registry/garden.example/Pot/';
  try {
    for await (const event of watchPrefix({ client, prefix, objectIn }, '7', signal))
      if (seen.push(event) === takes) stop.abort();
  } catch (thrown) {
    failure = thrown;
  }
  server.closeAllConnections();
  server.close();
  return { asked, seen, failure };
}

/** Reads the objects of the tests, of which those that are damaged are `null`. */
const objectIn = ({ value }: KeyValue): KubeObject | undefined =>
  (JSON.parse(plainText(value)) as KubeObject | null) ?? undefined;

const line = (result: object): string => `${JSON.stringify({ result })}\n`;
const header = (revision: number) => ({ header: { revision: String(revision) } });
const begun = { ...header(9), created: true };
const put = (name: string, revision: number) => ({
  kv: {
    key: base64(name),
    value: base64(JSON.stringify({ metadata: { name } })),
    create_revision: String(revision),
    mod_revision: String(revision),
  },
});

test('watchPrefix: a watch that etcd cancels is asked for once more, then ends with the reason', async () => {
  const { asked, failure } = await watchAt((answer) =>
    answer.end(line({ ...header(9), canceled: true, cancel_reason: 'permission denied' })),
  );
  assert.equal(asked.length, 2);
  assert.match(String(failure), /the store has ended the watch: permission denied/);
});

test('watchPrefix: an error in place of a result is a reason too', async () => {
  const { failure } = await watchAt((answer) =>
    answer.end(`${JSON.stringify({ error: { message: 'no leader' } })}\n`),
  );
  assert.match(String(failure), /no leader/);
});

test('watchPrefix: streams that break off at once are asked for again after longer and longer pauses', async () => {
  for (const answer of [
    (response) => response.write(line(begun), () => response.destroy()),
    (response) => response.end(line(begun)),
  ] satisfies readonly Answer[]) {
    const { asked } = await watchAt(answer, { ms: 1_000 });
    assert.ok(asked.length >= 2 && asked.length <= 4, String(asked.length));
  }
});

test('watchPrefix: it asks for its own keys, and goes on after what it has seen', async () => {
  const { asked, seen } = await watchAt(
    (answer, nth) => answer.end(line({ ...header(9), events: [put(nth === 1 ? 'a' : 'b', 7 + nth)] })),
    { takes: 2 },
  );
  const [{ key, range_end, progress_notify } = assert.fail()] = asked;
  assert.equal(plainText(key), '/t/registry/garden.example/Pot/');
  assert.equal(plainText(range_end), '/t/registry/garden.example/Pot0');
  assert.ok(progress_notify);
  assert.deepEqual(
    asked.map(({ start_revision }) => start_revision),
    [8, 9],
  );
  assert.deepEqual(
    seen.map(({ type, revision }) => `${type} ${revision}`),
    ['ADDED 8', 'ADDED 9'],
  );
});

test('watchPrefix: a notification of progress is a bookmark, the confirmation of the watch is none', async () => {
  const { seen } = await watchAt((answer) => {
    answer.write(line({ ...begun, ...header(20) }));
    answer.write(line(header(12)));
  });
  assert.deepEqual(seen, [{ type: 'BOOKMARK', revision: '12' }]);
});

test('watchPrefix: whoever stops amid a transaction sees the rest of it later', async () => {
  const { seen } = await watchAt(
    (answer) => answer.write(line({ ...header(9), events: [put('a', 8), put('b', 9), put('c', 9)] })),
    { takes: 3 },
  );
  assert.deepEqual(
    seen.map(({ revision }) => revision),
    ['8', '8', '9'],
  );
});

test('watchPrefix: what is damaged is passed over, with the revision of what is sound or a bookmark', async () => {
  const damaged = (revision: number) => {
    const { kv } = put('x', revision);
    return { kv: { ...kv, value: base64('null') } };
  };
  const { seen } = await watchAt(
    (answer) => {
      answer.write(line({ ...header(9), events: [damaged(8)] }));
      answer.write(line({ ...header(9), events: [put('a', 9), damaged(9)] }));
    },
    { takes: 2 },
  );
  assert.deepEqual(
    seen.map(({ type, revision }) => `${type} ${revision}`),
    ['BOOKMARK 8', 'ADDED 9'],
  );
});

test('watchPrefix: compacted changes are too old', async () => {
  const { failure } = await watchAt((answer) =>
    answer.end(line({ ...header(9), canceled: true, compact_revision: '8' })),
  );
  assert.equal((failure as { code?: string }).code, 'REVISION_TOO_OLD');
});
