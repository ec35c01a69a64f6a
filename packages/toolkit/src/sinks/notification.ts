import { createHmac } from 'node:crypto';
import type { SyncObject, SyncSpec } from '../sync/kinds.ts';

/** A notification about a Sync. */
export interface Notification {
  readonly sync: string;
  readonly host: string;
  readonly revision: string;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** The time of the change (RFC 3339). */
  readonly time: string;
}

export interface NotifyRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Pure. Returns the notification for a Sync, or `undefined` while there is nothing to report. */
export function notificationOf({ metadata, status }: SyncObject, host: string): Notification | undefined {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (!ready || ready.reason === 'Suspended') return undefined;
  const { status: state, reason, message, lastTransitionTime: time } = ready;
  const revision = status.lastAttemptedRevision ?? '';
  return { sync: metadata.name, host, revision, ready: state, reason, message, time };
}

/**
 * Pure. Returns the request of a webhook: a JSON body, which is signed with HMAC-SHA256 like GitHub's if
 * there is a secret.
 */
export function webhookRequest(
  url: string,
  notification: Notification,
  secret: string | undefined,
): NotifyRequest {
  const body = JSON.stringify(notification);
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      ...(secret !== undefined && {
        'x-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      }),
    },
  };
}

export type CommitStatusSpec = NonNullable<SyncSpec['commitStatus']>;

/**
 * Pure. Returns the request that sets the status of the revision's commit at its forge, or
 * `undefined` if the revision is not a commit. `url` is the repository's URL in the forge's API.
 */
export function commitStatusRequest(
  { provider, url }: CommitStatusSpec,
  { sync, host, revision, ready, message }: Notification,
  token: string,
): NotifyRequest | undefined {
  const commit = /@sha1:([0-9a-f]{40})$/.exec(revision)?.[1];
  if (commit === undefined) return undefined;
  const context = `gitops/${host}/${sync}`;
  const description = message.slice(0, 140);
  const body =
    provider === 'gitlab'
      ? { state: ready === 'True' ? 'success' : 'failed', name: context, description }
      : { state: ready === 'True' ? 'success' : 'failure', context, description };
  const auth: Readonly<Record<string, string>> =
    provider === 'gitlab'
      ? { 'private-token': token }
      : { authorization: `${provider === 'gitea' ? 'token' : 'Bearer'} ${token}` };
  return {
    url: `${url.replace(/\/$/, '')}/statuses/${commit}`,
    headers: { 'content-type': 'application/json', accept: 'application/json', ...auth },
    body: JSON.stringify(body),
  };
}
