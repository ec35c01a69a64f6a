import { type EtcdClient, type KeyValue, type RangeResponse } from './etcd-client.ts';
import { base64, keyAfter, plainText, prefixRange } from './etcd-key-value.ts';
import type { EtcdLayout } from './etcd-layout.ts';
import { movedEvent, oldEventKind } from '../moved-event.ts';
import { keyOf } from '../next-object.ts';
import { storeTooNew } from '../store.ts';
import { type UpgradeObject, groupInText, soundObject } from '../stored-row.ts';

/** A store in etcd whose schema is to be that of this program. */
export interface EtcdToMigrate {
  readonly client: EtcdClient;
  readonly layout: EtcdLayout;
  readonly upgrade: UpgradeObject;
}

interface EtcdRecord {
  readonly key: string;
  readonly text: string;
}

/** A step from one version of the schema to the next. */
interface Migration {
  /** Returns the prefix of the records that the step concerns. */
  readonly prefixIn: (layout: EtcdLayout) => string;
  /** Pure. Returns what a record becomes: itself if it stays as it is, `undefined` if it is removed. */
  readonly nextOf: (record: EtcdRecord, to: EtcdToMigrate) => EtcdRecord | undefined;
}

/**
 * The steps in order. Each may be repeated, and be taken by several hosts at once. The store without a version,
 * or without anything, has the first schema.
 */
const migrations: readonly Migration[] = [
  { prefixIn: (layout) => layout.first, nextOf: belowItsGroup },
  { prefixIn: (layout) => layout.kind(oldEventKind), nextOf: asEventOfKubernetes },
  { prefixIn: (layout) => layout.objects, nextOf: upgraded },
];

const currentVersion = migrations.length + 1;
/**
 * A version and a half says that a step from the version to the next is being taken. Nothing but the step is
 * written then, so that no older program adds a record that the step has passed already.
 */
const half = 0.5;
const pageSize = 500;

/** The condition under which everything is written: that no newer program has changed the schema meanwhile. */
export const isCurrent = (layout: EtcdLayout): object => hasVersion(layout, currentVersion);

const hasVersion = (layout: EtcdLayout, version: number): object => ({
  key: base64(layout.version),
  target: 'VALUE',
  value: base64(String(version)),
});

/**
 * Brings the schema up to date.
 * @throws CodedError STORE_TOO_NEW
 */
export async function migrateEtcd(to: EtcdToMigrate): Promise<void> {
  const { client, layout } = to;
  for (;;) {
    const stored = await get(client, layout.version);
    const version = stored ? Number(plainText(stored.value)) : 1;
    if (version === currentVersion) return;
    if (!(version < currentVersion))
      throw storeTooNew(`etcd's ${layout.version}`, Math.ceil(version), currentVersion);
    const isTaking = !Number.isInteger(version);
    if (isTaking) await take(migrations[Math.floor(version) - 1]!, version, to);
    const unchanged = { target: 'MOD', mod_revision: stored?.mod_revision ?? '0' };
    await transact(client, {
      conditions: [{ key: base64(layout.version), ...unchanged }],
      requests: [putOf({ key: layout.version, text: String(version + half) })],
    });
  }
}

async function take({ prefixIn, nextOf }: Migration, version: number, to: EtcdToMigrate): Promise<void> {
  const { client, layout } = to;
  for await (const kv of keysBelow(prefixIn(layout), client)) {
    const old = { key: plainText(kv.key), text: plainText(kv.value) };
    const next = nextOf(old, to);
    if (next === old) continue;
    // What cannot be written was changed by another host, which takes this step too.
    await transact(client, {
      conditions: [
        hasVersion(layout, version),
        { key: kv.key, target: 'MOD', mod_revision: kv.mod_revision },
        ...(next && next.key !== old.key ? [isAbsent(next.key)] : []),
      ],
      requests: [
        ...(next?.key === old.key ? [] : [{ request_delete_range: { key: kv.key } }]),
        ...(next ? [putOf(next)] : []),
      ],
    });
  }
}

/** Moves an object from the key that has its kind alone to the one that has its group too. */
function belowItsGroup({ key, text }: EtcdRecord, { layout }: EtcdToMigrate): EtcdRecord {
  const [kind = '', namespace = '', ...name] = key.slice(layout.first.length).split('/');
  const group = groupInText(text) ?? '';
  return { key: layout.object({ group, kind, namespace, name: name.join('/') }), text };
}

/** Turns an event into one of Kubernetes' group. One that is not legible is dropped: it is history. */
function asEventOfKubernetes({ text }: EtcdRecord, { layout }: EtcdToMigrate): EtcdRecord | undefined {
  const event = movedEvent(text);
  return event && { key: layout.object(keyOf(event)), text: JSON.stringify(event) };
}

/** Upgrades an object, whose name may change with that. A damaged record stays as it is. */
function upgraded(record: EtcdRecord, { layout, upgrade }: EtcdToMigrate): EtcdRecord {
  const old = soundObject(record.text);
  const next = old && upgrade(old);
  if (next === undefined || next === old) return record;
  return { key: layout.object(keyOf(next)), text: JSON.stringify(next) };
}

async function get(client: EtcdClient, key: string): Promise<KeyValue | undefined> {
  const { kvs = [] } = await client.call<RangeResponse>('/v3/kv/range', { key: base64(key) });
  return kvs[0];
}

/** Yields the keys that begin with a prefix, page by page. */
async function* keysBelow(prefix: string, client: EtcdClient): AsyncGenerator<KeyValue> {
  let { key, range_end } = prefixRange(prefix);
  for (;;) {
    const asked = { key, range_end, limit: pageSize };
    const { kvs = [], more } = await client.call<RangeResponse>('/v3/kv/range', asked);
    yield* kvs;
    if (!more) return;
    key = keyAfter(kvs.at(-1)!.key);
  }
}

const isAbsent = (key: string): object => ({ key: base64(key), target: 'CREATE', create_revision: '0' });

const putOf = ({ key, text }: EtcdRecord): object => ({
  request_put: { key: base64(key), value: base64(text) },
});

/** Makes the requests if all conditions hold. */
async function transact(
  client: EtcdClient,
  { conditions, requests }: Readonly<Record<'conditions' | 'requests', readonly object[]>>,
): Promise<void> {
  const compare = conditions.map((each) => ({ result: 'EQUAL', ...each }));
  await client.call('/v3/kv/txn', { compare, success: requests });
}
