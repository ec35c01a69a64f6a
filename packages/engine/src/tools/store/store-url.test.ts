import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStoreUrl } from './store-url.ts';

test('parseStoreUrl: hosts, prefix and files', () => {
  assert.deepEqual(
    parseStoreUrl('etcd://10.0.0.1:2479,etcd-2/site?ca=/a/ca.crt&cert=/a/c.crt&key=/a/c.key'),
    {
      endpoints: ['https://10.0.0.1:2479', 'https://etcd-2:2379'],
      prefix: '/site',
      ca: '/a/ca.crt',
      cert: '/a/c.crt',
      key: '/a/c.key',
    },
  );
  assert.deepEqual(parseStoreUrl('etcd+http://[::1]:1,[::2]'), {
    endpoints: ['http://[::1]:1', 'http://[::2]:2379'],
    prefix: '/ignite',
  });
});

test('parseStoreUrl: what is no URL of a store is refused with the reason', () => {
  for (const [text, why] of [
    ['http://a', /does not begin with/],
    ['etcd://', /does not begin with/],
    ['etcd://user:secret@a', /does not begin with/],
    ['etcd://a,%', /not a host: "%"/],
    ['etcd://a?cert=/c', /needs both/],
    ['etcd://a?ca=ca.crt', /not absolute/],
    ['etcd://a?password=x', /unknown parameter "password"/],
  ] as const)
    assert.throws(() => parseStoreUrl(text), { code: 'STORE_URL_INVALID', message: why }, text);
});

test('parseStoreUrl: a password that somebody has written into the URL is not quoted', () => {
  assert.throws(
    () => parseStoreUrl('etcd://root:hunter2@10.0.0.1:2379'),
    (failure: Error) => !failure.message.includes('hunter2'),
  );
});
