import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { Log } from '@ignite/toolkit/log/log';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { untilKnown } from './until-known.ts';
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
  readonly #clock: Clock;
  readonly #mutating: Informer<WebhookConfiguration>;
  readonly #validating: Informer<WebhookConfiguration>;

  constructor({ client, clock, log }: WebhooksOptions) {
    const informer = (kind: Kind): Informer<WebhookConfiguration> => {
      const decode = (stored: unknown): WebhookConfiguration => stored as WebhookConfiguration;
      return new Informer(new KindClient(client, { ...servedKindOf(kind), decode }), clock, log);
    };
    this.#clock = clock;
    this.#mutating = informer(mutatingKind);
    this.#validating = informer(validatingKind);
  }

  /** Follows the changes of configurations until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#mutating.run(signal), this.#validating.run(signal)]);
  }

  /** Rejects unless all webhooks are known within the time of the signal. */
  async synced(signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.all([this.#mutating.synced, this.#validating.synced]), signal);
  }

  /**
   * Waits a while until all webhooks are known, so that nothing is written of which one was not asked.
   * @throws CodedError SERVER_UNREACHABLE when they cannot be read
   */
  async mutating(signal: AbortSignal | undefined): Promise<readonly AdmissionWebhook[]> {
    return await this.#known(this.#mutating, mutatingKind, signal);
  }

  async validating(signal: AbortSignal | undefined): Promise<readonly AdmissionWebhook[]> {
    return await this.#known(this.#validating, validatingKind, signal);
  }

  async #known(
    informer: Informer<WebhookConfiguration>,
    kind: Kind,
    signal: AbortSignal | undefined,
  ): Promise<readonly AdmissionWebhook[]> {
    const unknown = `objects of kind ${kind.kind} could not be read yet, whose webhooks must be asked about each write`;
    if (!informer.isSynced) await untilKnown(informer.synced, unknown, { clock: this.#clock, signal });
    return webhooksOf(informer.list());
  }
}

/** Webhooks are asked in the order of the names of their configurations. */
const webhooksOf = (configurations: readonly WebhookConfiguration[]): readonly AdmissionWebhook[] =>
  configurations
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ webhooks = [] }) => webhooks);
