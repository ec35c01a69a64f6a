import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock/clock.ts';
import { errorText } from '../errors/error-text.ts';
import type { SyncObject } from '../sync/kinds.ts';
import type { LiveObject } from '../apply/actuator.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import type { Log } from '../log/log.ts';
import { type NotifyRequest, commitStatusRequest, notificationOf, webhookRequest } from './notification.ts';

const attempts = 5;
const firstRetryMs = 1_000;
const timeoutMs = 10_000;

export interface NotifierOptions {
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Notifies webhooks and forges of each change once. It runs beside the sync, so an unresponsive receiver
 * delays nothing.
 */
export class Notifier implements StatusSink {
  readonly #options: NotifierOptions;
  readonly #told = new Map<string, string>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  async publish(
    sync: SyncObject,
    _live: readonly LiveObject[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const notification = notificationOf(sync, this.#options.host);
    if (!notification) return;
    const { revision, ready, reason, message } = notification;
    const news = JSON.stringify([revision, ready, reason, message]);
    if (this.#told.get(sync.metadata.uid) === news) return;
    this.#told.set(sync.metadata.uid, news);
    const { notify, commitStatus } = sync.spec;
    const requests: NotifyRequest[] = [];
    for (const { url, secretFile, on } of notify)
      if (on === 'change' || ready === 'False')
        requests.push(webhookRequest(url, notification, secretFile && (await secret(secretFile))));
    if (commitStatus) {
      const request = commitStatusRequest(commitStatus, notification, await secret(commitStatus.tokenFile));
      if (request) requests.push(request);
    }
    for (const request of requests) void this.#send(request, signal);
  }

  async #send(request: NotifyRequest, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    try {
      for (let attempt = 1; ; attempt += 1) {
        const failure = await post(request, signal);
        if (failure === undefined) return;
        if (attempt === attempts) {
          log('warning', 'notification was rejected', { url: request.url, error: failure });
          return;
        }
        await clock.sleep(firstRetryMs * 2 ** (attempt - 1), signal);
      }
    } catch (failure) {
      if (!signal.aborted)
        log('warning', 'notification failed', { url: request.url, error: errorText(failure) });
    }
  }
}

/** Sends a request. Returns what went wrong, if anything. */
async function post({ url, headers, body }: NotifyRequest, signal: AbortSignal): Promise<string | undefined> {
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: until });
    await answer.body?.cancel();
    return answer.ok ? undefined : `it answered ${answer.status}`;
  } catch (failure) {
    signal.throwIfAborted();
    return errorText(failure);
  }
}

const secret = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();
