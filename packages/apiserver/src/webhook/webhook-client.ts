import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { type Address, serviceAddress } from '../services/service-address.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface WebhookCall {
  readonly target: WebhookTarget;
  /** Reads the Services behind which webhooks are. */
  readonly client: ObjectClient;
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
export async function callWebhook({
  target,
  client,
  body,
  timeoutMs,
  signal,
}: WebhookCall): Promise<unknown> {
  const url = urlOf(target);
  const seconds = Math.max(1, Math.round(timeoutMs / 1_000));
  url.searchParams.set('timeout', `${seconds}s`);
  const late = AbortSignal.timeout(timeoutMs);
  const ending = signal ? AbortSignal.any([late, signal]) : late;
  try {
    const at = await addressOf(target, client, ending);
    return await post(url, { at, ca: target.caBundle, body: JSON.stringify(body), signal: ending });
  } catch (failure) {
    signal?.throwIfAborted();
    const reason = late.aborted ? 'context deadline exceeded' : errorText(failure);
    throw new Error(`Post ${JSON.stringify(shown(url, target))}: ${reason}`, { cause: failure });
  }
}

const httpsPort = 443;

/** A webhook behind a Service has a name in the cluster, for which its certificate must be valid. */
function urlOf({ url, service }: WebhookTarget): URL {
  if (service === undefined) return new URL(url!);
  const { name, namespace, port = httpsPort, path = '/' } = service;
  const named = new URL(`https://${name}.${namespace}.svc:${port}`);
  named.pathname = path;
  return named;
}

/** Pure. Returns a URL as Kubernetes shows it: of a Service, the port is never left out. */
const shown = ({ href, host }: URL, { service }: WebhookTarget): string =>
  service && !host.includes(':') ? href.replace(host, `${host}:${httpsPort}`) : href;

/** Returns where a webhook behind a Service is reached; nothing if its URL says it. */
async function addressOf(
  { service }: WebhookTarget,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<Address | undefined> {
  return service && (await serviceAddress(client, { port: httpsPort, ...service }, { signal }));
}

interface Posted {
  /** Where to connect, if not where the URL says. */
  readonly at: Address | undefined;
  readonly ca: string | undefined;
  readonly body: string;
  readonly signal: AbortSignal;
}

async function post(url: URL, { at, ca, body, signal }: Posted): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = {
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const asked = request(
    url,
    {
      method: 'POST',
      headers: sent,
      signal,
      // A connection is not kept, so that an end of the program on the other side is no failure.
      agent: false,
      ...(ca !== undefined && { ca: Buffer.from(ca, 'base64') }),
      ...(at && {
        ...{ hostname: at.host, port: at.port, servername: url.hostname },
        headers: { ...sent, host: url.host },
      }),
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
