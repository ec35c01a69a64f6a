import { type EtcdClient, type KeyValue, type RangeResponse } from './etcd-client.ts';
import { base64, objectIn, plainText, prefixRange } from './etcd-key-value.ts';
import type { EtcdLayout } from './etcd-layout.ts';
import { keyOf } from '../next-object.ts';
import { storeTooNew } from '../store.ts';

type Migration = (client: EtcdClient, layout: EtcdLayout) => Promise<void>;

/**
 * The steps from each version of the layout to the next, in order. Each may be repeated, and be taken by
 * several hosts at once.
 */
const migrations: readonly Migration[] = [moveBelowGroups];

/** The layout without a version key, or that of a store without objects, is the first. */
const currentVersion = migrations.length + 1;
const pageSize = 500;

/** The condition under which everything is written: that no newer program has changed the layout meanwhile. */
export const isCurrent = (layout: EtcdLayout): object => ({
  key: base64(layout.version),
  target: 'VALUE',
  value: base64(String(currentVersion)),
});

/**
 * Brings the layout up to date.
 * @throws CodedError STORE_TOO_NEW
 */
export async function migrateEtcd(client: EtcdClient, layout: EtcdLayout): Promise<void> {
  const key = base64(layout.version);
  const { kvs = [] } = await client.call<RangeResponse>('/v3/kv/range', { key });
  const [stored] = kvs;
  const version = stored ? Number(plainText(stored.value)) : 1;
  if (version > currentVersion) throw storeTooNew(`etcd's ${layout.version}`, version, currentVersion);
  if (version === currentVersion) return;
  await migrations[version - 1]!(client, layout);
  await client.call('/v3/kv/txn', {
    compare: [{ key, result: 'EQUAL', target: 'MOD', mod_revision: stored?.mod_revision ?? '0' }],
    success: [{ request_put: { key, value: base64(String(version + 1)) } }],
  });
  await migrateEtcd(client, layout);
}

/** Moves each object from the key that has its kind alone to the one that has its group too. */
async function moveBelowGroups(client: EtcdClient, layout: EtcdLayout): Promise<void> {
  for (;;) {
    const { kvs = [] } = await client.call<RangeResponse>('/v3/kv/range', {
      ...prefixRange(layout.first),
      limit: pageSize,
    });
    if (kvs.length === 0) return;
    for (const kv of kvs) await moveObject(kv, client, layout);
  }
}

async function moveObject(kv: KeyValue, client: EtcdClient, layout: EtcdLayout): Promise<void> {
  const { key, value, mod_revision } = kv;
  await client.call('/v3/kv/txn', {
    compare: [{ key, result: 'EQUAL', target: 'MOD', mod_revision }],
    success: [
      { request_put: { key: base64(layout.object(keyOf(objectIn(kv)))), value } },
      { request_delete_range: { key } },
    ],
  });
}
