import { randomUUID } from 'node:crypto';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import { callWebhook } from '../../webhook/webhook-client.ts';
import type { WebhookTarget } from '../../webhook/webhook-target.ts';

/** How long a webhook may take to convert objects, in milliseconds, as in Kubernetes. */
const timeoutMs = 30_000;

const responseSchema = v.looseObject({
  response: v.looseObject({
    uid: v.string(),
    convertedObjects: v.optional(v.array(v.looseObject({})), []),
    result: v.looseObject({ status: v.optional(v.string(), ''), message: v.optional(v.string(), '') }),
  }),
});

const convertedSchema = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({
    name: v.optional(v.string(), ''),
    namespace: v.optional(v.string(), ''),
    uid: v.optional(v.string(), ''),
    labels: v.optional(v.record(v.string(), v.string()), {}),
    annotations: v.optional(v.record(v.string(), v.string()), {}),
  }),
});

interface ConvertedByWebhook {
  readonly target: WebhookTarget;
  readonly client: ObjectClient;
  readonly objects: readonly KubeObject[];
  readonly apiVersion: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Has objects converted by the webhook of their definition, which may change all but the metadata, and of that the
 * labels and annotations.
 * @throws ObjectError SERVER_FAILED
 */
export async function convertByWebhook({
  target,
  client,
  objects,
  apiVersion,
  signal,
}: ConvertedByWebhook): Promise<readonly KubeObject[]> {
  const [first] = objects;
  if (!first) return [];
  const uid = randomUUID();
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    request: { uid, desiredAPIVersion: apiVersion, objects },
  };
  try {
    const answer = await callWebhook({ target, client, body, timeoutMs, signal });
    return converted(answer, { uid, objects, apiVersion });
  } catch (failure) {
    signal?.throwIfAborted();
    const { kind } = first;
    throw new ObjectError(
      'SERVER_FAILED',
      `conversion webhook for ${first.apiVersion}, Kind=${kind} failed: ${errorText(failure)}`,
      { hint: 'see whether the webhook runs that converts objects of this kind', cause: failure },
    );
  }
}

interface Asked {
  readonly uid: string;
  readonly objects: readonly KubeObject[];
  readonly apiVersion: string;
}

/** Pure. Returns the objects of an answer after a check of it. */
function converted(answer: unknown, { uid, objects, apiVersion }: Asked): readonly KubeObject[] {
  const { success, output } = v.safeParse(responseSchema, answer);
  if (!success) throw new Error('the answer is no ConversionReview with a response');
  const { uid: given, result, convertedObjects } = output.response;
  if (given !== uid) throw new Error(`expected response.uid=${uid}, got ${given}`);
  if (result.status !== 'Success') throw new Error(result.message || 'the webhook told no reason');
  if (convertedObjects.length !== objects.length)
    throw new Error(`webhook returned ${convertedObjects.length} objects, expected ${objects.length}`);
  return objects.map((object, at) => checked(object, convertedObjects[at], apiVersion));
}

function checked(object: KubeObject, given: unknown, apiVersion: string): KubeObject {
  const { success, output } = v.safeParse(convertedSchema, given);
  if (!success) throw new Error('the webhook returned something that is no object');
  const { kind, metadata, ...content } = output;
  const same = ['name', 'namespace', 'uid'] as const;
  if (content.apiVersion !== apiVersion || kind !== object.kind)
    throw new Error(
      `webhook returned ${content.apiVersion}, Kind=${kind}, expected ${apiVersion}, Kind=${object.kind}`,
    );
  const changed = same.find((field) => metadata[field] !== object.metadata[field]);
  if (changed !== undefined)
    throw new Error(`webhook changed metadata.${changed} of "${object.metadata.name}"`);
  const { labels, annotations } = metadata;
  return { ...content, kind, metadata: { ...object.metadata, labels, annotations } };
}
