import type { Admission } from '@ignite/toolkit/client/admission';
import type { Authorizer } from '../request/access.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import type { AdmissionPort } from './admission-port.ts';
import { Policies } from './policy/policies.ts';
import { PolicyAdmission } from './policy/policy-admission.ts';
import { reportPolicies } from './policy/report-policies.ts';
import type { UserWrite } from '../request/user-write.ts';
import { WebhookAdmission } from './webhook-admission.ts';
import { Webhooks, type WebhooksOptions } from './webhooks.ts';

export interface AdmissionsOptions extends WebhooksOptions {
  readonly served: () => readonly ServedResource[];
  /** Answers what the expressions of policies ask about rights. */
  readonly authorizer: Authorizer;
}

/** Gives webhooks and policies a say in what users write. */
export class Admissions implements AdmissionPort {
  readonly #options: AdmissionsOptions;
  readonly #webhooks: Webhooks;
  readonly #policies: Policies;

  constructor(options: AdmissionsOptions) {
    this.#options = options;
    this.#webhooks = new Webhooks(options);
    this.#policies = new Policies(options);
  }

  /** Follows the changes of webhooks and policies until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, served, clock, log } = this.#options;
    const reporting = reportPolicies(this.#policies, { client, served, clock, log }, signal);
    await Promise.all([this.#webhooks.run(signal), this.#policies.run(signal), reporting]);
  }

  /** Rejects unless all webhooks and policies are known within the time of the signal. */
  async check(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#webhooks.synced(signal), this.#policies.synced(signal)]);
  }

  /** Policies judge what webhooks have made of an object, before webhooks that only judge are asked. */
  admissionFor(write: UserWrite): Admission {
    const options = { ...write, ...this.#options };
    const webhooks = new WebhookAdmission({ ...options, webhooks: this.#webhooks });
    const policies = new PolicyAdmission({ ...options, policies: this.#policies });
    return {
      mutate: async (written) => await webhooks.mutate(written),
      check: async (written) => {
        await policies.check(written);
        await webhooks.check(written);
      },
    };
  }
}
