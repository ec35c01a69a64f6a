import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../errors/coded-error.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import type { EtcdClient, KeyValue } from './etcd-client.ts';
import { objectIn, prefixRange } from './etcd-key-value.ts';
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

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/**
 * Watches the keys that begin with `prefix`. A stream that breaks off is continued where it ended, after a
 * pause that grows with each failure in a row. A watch that etcd cancels is asked for once more with a new
 * token, because it is refused so when a token is too old.
 * @throws CodedError REVISION_TOO_OLD, WATCH_CANCELLED, ETCD_UNREACHABLE, ETCD_DENIED
 */
export async function* watchPrefix(
  client: EtcdClient,
  prefix: string,
  revision: Revision,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  let seen = revision;
  let failures = 0;
  let wasCancelled = false;
  while (!signal.aborted) {
    try {
      for await (const response of stream(client, prefix, seen, signal)) {
        for (const event of eventsOf(resultIn(response), seen)) {
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
      if (wasCancelled) client.forgetToken();
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
  client: EtcdClient,
  prefix: string,
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
function eventsOf(result: WatchResult, seen: Revision): readonly WatchEvent[] {
  const { header, created, events = [], compact_revision } = result;
  if (compact_revision !== undefined) throw revisionTooOld(seen);
  if (events.length > 0) return changesOf(events, seen);
  const isNews = !created && Number(header.revision) > Number(seen);
  return isNews ? [{ type: 'BOOKMARK', revision: header.revision }] : [];
}

/**
 * Returns the changes that events tell. Of the changes of one transaction only the last has its revision, so
 * that whoever goes on from an earlier one sees all of them.
 */
function changesOf(events: readonly EtcdEvent[], seen: Revision): readonly Change[] {
  let before = seen;
  return events.map((event, at) => {
    const own = event.kv.mod_revision;
    const isLast = events[at + 1]?.kv.mod_revision !== own;
    const revision = isLast ? own : before;
    before = revision;
    return { type: typeOf(event), revision, object: objectOf(event, seen) };
  });
}

function typeOf({ type, kv }: EtcdEvent): Change['type'] {
  if (type === 'DELETE') return 'DELETED';
  return kv.create_revision === kv.mod_revision ? 'ADDED' : 'MODIFIED';
}

/** Returns the object of an event. Of a deleted one etcd has only what was there before, until it compacts. */
function objectOf({ type, kv, prev_kv }: EtcdEvent, seen: Revision): KubeObject {
  if (type !== 'DELETE') return objectIn(kv);
  if (!prev_kv) throw revisionTooOld(seen);
  return objectIn({ ...prev_kv, mod_revision: kv.mod_revision });
}
