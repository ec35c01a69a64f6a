import { type EtcdClient, type KeyValue, type RangeResponse } from './etcd-client.ts';
import { base64, objectIn, plainText, prefixRange } from './etcd-key-value.ts';
import type { EtcdLayout } from './etcd-layout.ts';
import { keyOf } from '../next-object.ts';
import { storeTooNew } from '../store.ts';
import type { UpgradeObject } from '../upgrade.ts';

type Migration = (client: EtcdClient, layout: EtcdLayout, upgrade: UpgradeObject) => Promise<void>;

/**
 * The steps from each version of the layout to the next, in order. Each may be repeated, and be taken by
 * several hosts at once.
 */
const migrations: readonly Migration[] = [moveBelowGroups, upgradeObjects];

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
export async function migrateEtcd(
  client: EtcdClient,
  layout: EtcdLayout,
  upgrade: UpgradeObject,
): Promise<void> {
  const key = base64(layout.version);
  const { kvs = [] } = await client.call<RangeResponse>('/v3/kv/range', { key });
  const [stored] = kvs;
  const version = stored ? Number(plainText(stored.value)) : 1;
  if (version > currentVersion) throw storeTooNew(`etcd's ${layout.version}`, version, currentVersion);
  if (version === currentVersion) return;
  await migrations[version - 1]!(client, layout, upgrade);
  await client.call('/v3/kv/txn', {
    compare: [{ key, result: 'EQUAL', target: 'MOD', mod_revision: stored?.mod_revision ?? '0' }],
    success: [{ request_put: { key, value: base64(String(version + 1)) } }],
  });
  await migrateEtcd(client, layout, upgrade);
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

/** Upgrades each object where it is. What somebody else writes meanwhile is upgraded after that. */
async function upgradeObjects(client: EtcdClient, layout: EtcdLayout, upgrade: UpgradeObject): Promise<void> {
  const { key: first, range_end } = prefixRange(layout.objects);
  let from = first;
  for (;;) {
    const page = await client.call<RangeResponse>('/v3/kv/range', { key: from, range_end, limit: pageSize });
    const kvs = page.kvs ?? [];
    for (const kv of kvs) await upgradeValue(kv, client, upgrade);
    if (!page.more) return;
    from = base64(`${plainText(kvs.at(-1)!.key)}\0`);
  }
}

async function upgradeValue(kv: KeyValue, client: EtcdClient, upgrade: UpgradeObject): Promise<void> {
  const { key, mod_revision } = kv;
  const old = objectIn(kv);
  const next = upgrade(old);
  if (next === old) return;
  const { succeeded, responses } = await client.call<Replaced>('/v3/kv/txn', {
    compare: [{ key, result: 'EQUAL', target: 'MOD', mod_revision }],
    success: [{ request_put: { key, value: base64(JSON.stringify(next)) } }],
    failure: [{ request_range: { key } }],
  });
  const changed = responses?.[0]?.response_range?.kvs?.[0];
  if (!succeeded && changed) await upgradeValue(changed, client, upgrade);
}

interface Replaced {
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: Pick<RangeResponse, 'kvs'> }[];
}
