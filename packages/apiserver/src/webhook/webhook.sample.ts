import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { makeCertificate } from '@ignite/toolkit/certificates/sign-certificate';
import type { WebhookTarget } from './webhook-target.ts';

/** What a webhook is asked. */
export type Review = Readonly<Record<string, unknown>> & {
  readonly request: Readonly<Record<string, unknown>>;
};

export interface TestWebhook extends AsyncDisposable {
  /** Returns where the webhook is asked at a path. */
  readonly target: (path: string) => WebhookTarget;
  /** The port at which it listens, where its certificate is also valid for the Service `hooks` of `home`. */
  readonly port: number;
  /** All that it was asked, with the paths. */
  readonly asked: readonly (readonly [path: string, review: Review])[];
}

const day = 24 * 3_600_000;

/** A program of somebody else that answers reviews with TLS. What it does not answer stays open until the end. */
export async function openWebhook(
  answer: (path: string, review: Review) => object | undefined,
): Promise<TestWebhook> {
  const times = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
  const subject = { name: 'ca' };
  const authority = makeCertificate({ subject, use: { type: 'authority' }, ...times });
  const use = { type: 'server', names: ['127.0.0.1', 'hooks.home.svc'] } as const;
  const { privateKey, certificate } = makeCertificate(
    { subject: { name: 'webhook' }, use, ...times },
    authority,
  );
  const asked: (readonly [string, Review])[] = [];
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]!;
    const reply = async (): Promise<void> => {
      const review = (await json(request)) as Review;
      asked.push([path, review]);
      const answered = answer(path, review);
      if (answered) response.end(JSON.stringify(answered));
    };
    reply().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: (path) => ({
      url: `https://127.0.0.1:${port}${path}`,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    }),
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
