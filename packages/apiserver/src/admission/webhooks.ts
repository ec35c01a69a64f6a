import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { Log } from '@ignite/toolkit/log/log';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import {
  type AdmissionWebhook,
  type WebhookConfiguration,
  mutatingKind,
  validatingKind,
} from './webhook-configuration.ts';

export interface WebhooksOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** The webhooks that are asked about writes, as they are now. */
export class Webhooks {
  readonly #mutating: Informer<WebhookConfiguration>;
  readonly #validating: Informer<WebhookConfiguration>;

  constructor({ client, clock, log }: WebhooksOptions) {
    const informer = (kind: Kind): Informer<WebhookConfiguration> => {
      const decode = (stored: unknown): WebhookConfiguration => stored as WebhookConfiguration;
      return new Informer(new KindClient(client, { ...servedKindOf(kind), decode }), clock, log);
    };
    this.#mutating = informer(mutatingKind);
    this.#validating = informer(validatingKind);
  }

  /** Follows the changes of configurations until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#mutating.run(signal), this.#validating.run(signal)]);
  }

  /** Waits until all webhooks are known, so that nothing is written of which one was not asked. */
  async mutating(signal: AbortSignal | undefined): Promise<readonly AdmissionWebhook[]> {
    return await known(this.#mutating, signal);
  }

  async validating(signal: AbortSignal | undefined): Promise<readonly AdmissionWebhook[]> {
    return await known(this.#validating, signal);
  }
}

/** Webhooks are asked in the order of the names of their configurations. */
async function known(
  informer: Informer<WebhookConfiguration>,
  signal: AbortSignal | undefined,
): Promise<readonly AdmissionWebhook[]> {
  await unlessAborted(informer.synced, signal);
  return informer
    .list()
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ webhooks = [] }) => webhooks);
}
