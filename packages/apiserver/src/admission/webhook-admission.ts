import { isDeepStrictEqual } from 'node:util';
import type { Admission, AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { TimeBudget } from '../cel/time-budget.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { AnsweredStatus } from '../response/answered-status.ts';
import { wireObject } from '../response/wire-object.ts';
import { callWebhook } from '../webhook/webhook-client.ts';
import { type ReviewAnswer, reviewAnswer, reviewOf, reviewRequest, withPatch } from './admission-review.ts';
import { isMet } from './match-condition.ts';
import { notDryStatus, refusedStatus, uncallableStatus } from './refused-by-webhook.ts';
import { type AdmissionWebhook, admissionGroup } from './webhook-configuration.ts';
import type { UserWrite } from '../request/user-write.ts';
import type { Webhooks } from './webhooks.ts';
import { selectedVersion } from './write-selection.ts';
import { writtenVersion } from './written-version.ts';

export interface WebhookAdmissionOptions extends UserWrite {
  readonly webhooks: Webhooks;
  /** Reads the namespaces whose labels are selected, and the Services behind which webhooks are. */
  readonly client: ObjectClient;
  readonly served: () => readonly ServedResource[];
}

/** A write about which a webhook is asked, in the version that the webhook knows. */
interface Asked {
  readonly webhook: AdmissionWebhook;
  readonly write: AdmittedWrite;
  readonly version: string;
  readonly mayPatch: boolean;
}

/** Lets webhooks change and refuse what one request writes, in the words of Kubernetes. */
export class WebhookAdmission implements Admission {
  readonly #options: WebhookAdmissionOptions;
  /** By the webhook, since webhooks of several configurations may have one name, and by what it was asked. */
  readonly #answers = new Map<AdmissionWebhook, Map<string, Promise<ReviewAnswer | undefined>>>();

  constructor(options: WebhookAdmissionOptions) {
    this.#options = options;
  }

  /** Asks one webhook after the other. Those that want to see what later ones have changed are asked again. */
  async mutate(write: AdmittedWrite): Promise<KubeObject | undefined> {
    if (isExempt(write)) return write.object;
    const webhooks = await this.#options.webhooks.mutating(write.signal);
    let { object } = write;
    const asked = new Set<AdmissionWebhook>();
    const again = new Set<AdmissionWebhook>();
    for (const webhook of webhooks) {
      const next = await this.#mutated(webhook, { ...write, object });
      if (!next) continue;
      if (!isDeepStrictEqual(next.object, object)) for (const each of asked) again.add(each);
      ({ object } = next);
      if (webhook.reinvocationPolicy === 'IfNeeded') asked.add(webhook);
    }
    for (const webhook of again)
      object = (await this.#mutated(webhook, { ...write, object }))?.object ?? object;
    return object;
  }

  /** Asks all webhooks at once. The first that refuses is told of. */
  async check(write: AdmittedWrite): Promise<void> {
    if (isExempt(write)) return;
    const webhooks = await this.#options.webhooks.validating(write.signal);
    const answers = await Promise.allSettled(
      webhooks.map(async (webhook) => {
        const version = await this.#versionFor(webhook, write);
        if (version !== undefined) await this.#ask({ webhook, write, version, mayPatch: false });
      }),
    );
    const refused = answers.find(({ status }) => status === 'rejected');
    if (refused?.status === 'rejected') throw refused.reason;
  }

  /** Returns the object after a webhook; nothing if the webhook is not asked. */
  async #mutated(
    webhook: AdmissionWebhook,
    write: AdmittedWrite,
  ): Promise<{ readonly object: KubeObject | undefined } | undefined> {
    const version = await this.#versionFor(webhook, write);
    if (version === undefined) return undefined;
    const { object } = write;
    const { patch = [] } = (await this.#ask({ webhook, write, version, mayPatch: true })) ?? {};
    if (patch.length === 0) return { object };
    if (!object)
      throw uncallable(
        webhook,
        new Error('the webhook attempted to modify the object, which is not supported for this operation'),
      );
    const shown = await writtenVersion(write, object, version);
    const { version: asked } = write.kind;
    return { object: await writtenVersion(write, withPatch(shown, patch), asked) };
  }

  /** Returns the version in which a webhook is asked about a write, if it is. */
  async #versionFor(webhook: AdmissionWebhook, write: AdmittedWrite): Promise<string | undefined> {
    return await selectedVersion(webhook, write, this.#options);
  }

  /** A server tries writes before it carries them out. A webhook is asked once of what it would see twice. */
  async #ask(asked: Asked): Promise<ReviewAnswer | undefined> {
    const { webhook, write, version, mayPatch } = asked;
    const { operation, subresource, object, old } = write;
    const question = JSON.stringify([
      ...[mayPatch, version, operation, subresource],
      ...[object, old].map((each) => each && asWritten(each)),
    ]);
    const answers = this.#answers.getOrInsertComputed(webhook, () => new Map());
    return await answers.getOrInsertComputed(question, () => this.#answerOf(asked));
  }

  /** Returns what a webhook says; nothing if it is not there, and need not be. */
  async #answerOf({ webhook, write, version, mayPatch }: Asked): Promise<ReviewAnswer | undefined> {
    const { user, warn, isDryRun } = this.#options;
    const [object, old] = await Promise.all(
      [write.object, write.old].map(async (each) => each && (await writtenVersion(write, each, version))),
    );
    const dryRun = write.operation === 'DELETE' ? write.dryRun : isDryRun;
    const request = reviewRequest({ ...write, dryRun, object, old, version, user });
    try {
      if (!isWanted(webhook, { object, old, request })) return undefined;
      const review = reviewOf(request, webhook.admissionReviewVersions);
      const answer = reviewAnswer(await this.#post(webhook, review, write.signal), review, { mayPatch });
      for (const warning of answer.warnings) warn(warning);
      if (answer.refusal) throw new AnsweredStatus(refusedStatus(webhook.name, answer.refusal));
      return answer;
    } catch (failure) {
      write.signal?.throwIfAborted();
      if (failure instanceof AnsweredStatus) throw failure;
      if (webhook.failurePolicy === 'Ignore') return undefined;
      throw uncallable(webhook, failure);
    }
  }

  async #post(
    { clientConfig, timeoutSeconds, name, sideEffects }: AdmissionWebhook,
    review: ReturnType<typeof reviewOf>,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const isDry = review.request['dryRun'] === true;
    if (isDry && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      throw new AnsweredStatus(notDryStatus(name));
    const { client } = this.#options;
    const timeoutMs = timeoutSeconds * 1_000;
    try {
      return await callWebhook({ target: clientConfig, client, body: review, timeoutMs, signal });
    } catch (failure) {
      throw new Error(`failed to call webhook: ${errorText(failure)}`, { cause: failure });
    }
  }
}

/** Returns what the author of an object decides about. The rest is the server's, and another at each try. */
function asWritten({ metadata, ...content }: KubeObject): object {
  const { labels, annotations, finalizers, ownerReferences, namespace, deletionTimestamp } = metadata;
  const name = 'generateName' in metadata ? metadata['generateName'] : metadata.name;
  return {
    ...content,
    metadata: { name, namespace, labels, annotations, finalizers, ownerReferences, deletionTimestamp },
  };
}

const uncallable = ({ name }: AdmissionWebhook, failure: unknown): AnsweredStatus =>
  new AnsweredStatus(uncallableStatus(name, errorText(failure)), failure);

/** Nobody could repair a webhook that refuses the writes of its own configuration. */
const isExempt = ({ kind }: AdmittedWrite): boolean => kind.group === admissionGroup;

interface Wanted {
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly request: unknown;
}

/** The time in which all conditions of a webhook must be judged for a write, in milliseconds. */
const mostMs = 500;

/** Tells whether all conditions of a webhook are true. One that is false outweighs one that cannot be judged. */
function isWanted({ matchConditions = [] }: AdmissionWebhook, { object, old, request }: Wanted): boolean {
  const subject = {
    object: object ? wireObject(object, {}) : null,
    oldObject: old ? wireObject(old, {}) : null,
    request,
  };
  const failures: unknown[] = [];
  const time = new TimeBudget(mostMs);
  for (const { expression } of matchConditions)
    try {
      if (!isMet(expression, subject, time)) return false;
    } catch (failure) {
      failures.push(failure);
    }
  if (failures.length > 0) throw failures[0];
  return true;
}
