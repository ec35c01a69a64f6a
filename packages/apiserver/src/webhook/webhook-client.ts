import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { WebhookTarget } from './webhook-target.ts';

export interface WebhookCall {
  readonly target: WebhookTarget;
  readonly body: unknown;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The longest answer that is read, in bytes: that of the largest list that is converted. */
const mostBytes = 128 * 1_024 * 1_024;

/**
 * Posts a review and returns the answer.
 * @throws Error that says what went wrong, in the words of Kubernetes where it has any
 */
export async function callWebhook({ target, body, timeoutMs, signal }: WebhookCall): Promise<unknown> {
  const url = urlOf(target);
  const seconds = Math.max(1, Math.round(timeoutMs / 1_000));
  url.searchParams.set('timeout', `${seconds}s`);
  const late = AbortSignal.timeout(timeoutMs);
  const ending = signal ? AbortSignal.any([late, signal]) : late;
  try {
    return await post(url, { ca: target.caBundle, body: JSON.stringify(body), signal: ending });
  } catch (failure) {
    signal?.throwIfAborted();
    const reason = late.aborted ? 'context deadline exceeded' : errorText(failure);
    throw new Error(`Post ${JSON.stringify(url.href)}: ${reason}`, { cause: failure });
  }
}

/** Nothing here runs behind a Service, so that only URLs lead to webhooks. */
function urlOf({ url, service }: WebhookTarget): URL {
  if (url !== undefined) return new URL(url);
  const { name = '', namespace = '' } = service ?? {};
  throw new Error(`service "${name}" of the namespace "${namespace}" not found: name the webhook by its url`);
}

interface Posted {
  readonly ca: string | undefined;
  readonly body: string;
  readonly signal: AbortSignal;
}

async function post(url: URL, { ca, body, signal }: Posted): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const asked = request(
    url,
    {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      // A connection is not kept, so that an end of the program on the other side is no failure.
      agent: false,
      ...(ca !== undefined && { ca: Buffer.from(ca, 'base64') }),
    },
    resolve,
  );
  asked.on('error', reject).end(body);
  const response = await promise;
  const text = await textOf(response);
  if (response.statusCode !== 200)
    throw new Error(`the server answered with the status ${response.statusCode}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as unknown;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
