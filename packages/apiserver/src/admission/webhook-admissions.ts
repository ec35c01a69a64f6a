import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedResource } from '../resource/served-resource.ts';
import { AdmittedClient } from './admitted-client.ts';
import { type UserWrite, WebhookAdmission } from './webhook-admission.ts';
import { Webhooks, type WebhooksOptions } from './webhooks.ts';

export interface WebhookAdmissionsOptions extends WebhooksOptions {
  readonly served: () => readonly ServedResource[];
}

/** Gives webhooks a say in what users write. */
export class WebhookAdmissions {
  readonly #options: WebhookAdmissionsOptions;
  readonly #webhooks: Webhooks;

  constructor(options: WebhookAdmissionsOptions) {
    this.#options = options;
    this.#webhooks = new Webhooks(options);
  }

  /** Follows the changes of webhooks until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#webhooks.run(signal);
  }

  /** Rejects unless all webhooks are known within the time of the signal. */
  async check(signal: AbortSignal): Promise<void> {
    await this.#webhooks.synced(signal);
  }

  /** Returns the client with which one request writes. */
  clientFor(client: ObjectClient, write: UserWrite): ObjectClient {
    const { client: reader, served } = this.#options;
    const webhooks = this.#webhooks;
    return new AdmittedClient(client, new WebhookAdmission({ ...write, webhooks, client: reader, served }));
  }
}
