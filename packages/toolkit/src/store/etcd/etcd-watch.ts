import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../errors/coded-error.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import type { EtcdClient, KeyValue } from './etcd-client.ts';
import { prefixRange } from './etcd-key-value.ts';
import { type Change, type Revision, type WatchEvent, revisionTooOld, watchCancelled } from '../store.ts';

interface EtcdEvent {
  readonly type?: 'DELETE';
  readonly kv: KeyValue;
  readonly prev_kv?: KeyValue;
}

interface WatchResult {
  readonly header: { readonly revision: string };
  readonly created?: boolean;
  readonly events?: readonly EtcdEvent[];
  readonly compact_revision?: string;
  readonly canceled?: boolean;
  readonly cancel_reason?: string;
}

interface WatchResponse {
  readonly result?: WatchResult;
  readonly error?: { readonly message?: string };
}

/** What is watched, and how objects are read there. */
export interface WatchedPrefix {
  readonly prefix: string;
  readonly client: EtcdClient;
  /** Returns the object that a key holds, or `undefined` if its record is damaged. */
  readonly objectIn: (kv: KeyValue) => KubeObject | undefined;
}

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/**
 * Watches the keys that begin with a prefix. An object whose record gets damaged is told of as deleted, since
 * lists leave it out, and as added once it is mended. A stream that breaks off is continued where it ended, after a
 * pause that grows with each failure in a row. A watch that etcd cancels is asked for once more with a new
 * token, because it is refused so when a token is too old.
 * @throws CodedError REVISION_TOO_OLD, WATCH_CANCELLED, ETCD_UNREACHABLE, ETCD_DENIED
 */
export async function* watchPrefix(
  watched: WatchedPrefix,
  revision: Revision,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  let seen = revision;
  let failures = 0;
  let wasCancelled = false;
  while (!signal.aborted) {
    try {
      for await (const response of stream(watched, seen, signal)) {
        for (const event of eventsOf(resultIn(response), seen, watched)) {
          yield event;
          if (signal.aborted) return;
          seen = event.revision;
          failures = 0;
          wasCancelled = false;
        }
      }
    } catch (failure) {
      if (signal.aborted) return;
      if (wasCancelled || !isTransient(failure)) throw failure;
      wasCancelled = hasCode(failure, 'WATCH_CANCELLED');
      if (wasCancelled) watched.client.forgetToken();
    }
    await delay(Math.min(firstPauseMs * 2 ** failures, longestPauseMs), undefined, { signal }).catch(
      () => {},
    );
    failures += 1;
  }
}

const isTransient = (failure: unknown): boolean =>
  hasCode(failure, 'WATCH_CANCELLED') || (failure as NodeJS.ErrnoException).code === 'ECONNRESET';

const stream = (
  { client, prefix }: WatchedPrefix,
  revision: Revision,
  signal: AbortSignal,
): AsyncGenerator<WatchResponse> =>
  client.stream<WatchResponse>(
    '/v3/watch',
    {
      create_request: {
        ...prefixRange(prefix),
        start_revision: Number(revision) + 1,
        prev_kv: true,
        progress_notify: true,
      },
    },
    signal,
  );

/** @throws CodedError WATCH_CANCELLED with etcd's reason */
function resultIn({ result, error }: WatchResponse): WatchResult {
  const isRefused = result?.canceled === true && result.compact_revision === undefined;
  if (result && !isRefused) return result;
  throw watchCancelled(error?.message ?? (result?.cancel_reason || 'etcd gives no reason'));
}

/**
 * Returns what a response tells. One without events says that there were none up to its revision, unless it
 * only confirms that the watch has begun.
 * @throws CodedError REVISION_TOO_OLD
 */
function eventsOf(result: WatchResult, seen: Revision, watched: WatchedPrefix): readonly WatchEvent[] {
  const { header, created, events = [], compact_revision } = result;
  if (compact_revision !== undefined) throw revisionTooOld(seen);
  const changes = changesOf(events, seen, watched);
  if (changes.length > 0) return changes;
  const revision = events.at(-1)?.kv.mod_revision ?? header.revision;
  const isNews = !created && Number(revision) > Number(seen);
  return isNews ? [{ type: 'BOOKMARK', revision }] : [];
}

/**
 * Returns the changes that events tell. Of the changes of one transaction only the last has its revision, so
 * that whoever goes on from an earlier one sees all of them.
 */
function changesOf(
  events: readonly EtcdEvent[],
  seen: Revision,
  { objectIn }: WatchedPrefix,
): readonly Change[] {
  const changes = events.flatMap((event) => {
    const change = changeOf(event, seen, objectIn);
    return change ? [{ ...change, revision: event.kv.mod_revision }] : [];
  });
  let before = seen;
  return changes.map((change, at) => {
    const isLast = changes[at + 1]?.revision !== change.revision;
    const revision = isLast ? change.revision : before;
    before = revision;
    return { ...change, revision };
  });
}

/** Returns what an event means for those who know no damaged records, or `undefined` if it means nothing. */
function changeOf(
  { type, kv, prev_kv }: EtcdEvent,
  seen: Revision,
  objectIn: WatchedPrefix['objectIn'],
): Omit<Change, 'revision'> | undefined {
  const isNew = kv.create_revision === kv.mod_revision;
  const now = type === 'DELETE' ? undefined : objectIn(kv);
  if (now) {
    const wasDamaged = prev_kv !== undefined && !objectIn(prev_kv);
    return { type: isNew || wasDamaged ? 'ADDED' : 'MODIFIED', object: now };
  }
  if (type !== 'DELETE' && isNew) return undefined;
  // Etcd has what was there before only until it compacts.
  if (!prev_kv) throw revisionTooOld(seen);
  const before = objectIn({ ...prev_kv, mod_revision: kv.mod_revision });
  return before && { type: 'DELETED', object: before };
}
