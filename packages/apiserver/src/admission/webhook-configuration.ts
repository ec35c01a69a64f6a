import { labelSelector } from '@ignite/toolkit/access/label-selector';
import { clusterMetadataSchema } from '@ignite/toolkit/core/metadata';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import { age } from '@ignite/toolkit/text/age';
import * as v from 'valibot';
import { conditionProgram } from './match-condition.ts';
import { webhookTargetSchema } from '../webhook/webhook-target.ts';
import { writeRuleEntries } from './write-rule.ts';

const texts = v.array(v.string());
const ruleSchema = v.strictObject(writeRuleEntries);

const matchConditionSchema = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty('must not be empty')),
  expression: v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      try {
        conditionProgram(dataset.value);
      } catch (failure) {
        addIssue({ message: `compilation failed: ${errorText(failure)}` });
      }
    }),
  ),
});

const webhookEntries = {
  name: described('The name of the webhook, with at least two dots.', v.string()),
  clientConfig: described('Where the webhook is asked.', webhookTargetSchema),
  rules: described('Of which writes the webhook is asked.', v.optional(v.array(ruleSchema), [])),
  failurePolicy: described(
    'What becomes of a write when the webhook cannot be asked.',
    v.optional(v.picklist(['Ignore', 'Fail']), 'Fail'),
  ),
  matchPolicy: described(
    'Whether a rule is for other versions of a kind too.',
    v.optional(v.picklist(['Exact', 'Equivalent']), 'Equivalent'),
  ),
  namespaceSelector: described('In which namespaces.', v.optional(labelSelector, {})),
  objectSelector: described('Of which objects.', v.optional(labelSelector, {})),
  sideEffects: described(
    'What the webhook does beside its answer.',
    v.picklist(['None', 'NoneOnDryRun'], 'must be "None" or "NoneOnDryRun"'),
  ),
  timeoutSeconds: described(
    'How long an answer is waited for.',
    v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1, 'must be between 1 and 30 seconds'),
        v.maxValue(30, 'must be between 1 and 30 seconds'),
      ),
      10,
    ),
  ),
  admissionReviewVersions: described(
    'The versions of a review that the webhook knows.',
    v.pipe(
      texts,
      v.check(
        (versions) => versions.includes('v1') || versions.includes('v1beta1'),
        'must include at least one of v1, v1beta1',
      ),
    ),
  ),
  matchConditions: described(
    'Expressions that must all be true of a write.',
    v.exactOptional(v.pipe(v.array(matchConditionSchema), v.maxLength(64, 'must have at most 64 items'))),
  ),
};

const validatingSchema = v.strictObject(webhookEntries);
const mutatingSchema = v.strictObject({
  ...webhookEntries,
  reinvocationPolicy: described(
    'Whether the webhook is asked again when a later one has changed the object.',
    v.optional(v.picklist(['Never', 'IfNeeded']), 'Never'),
  ),
});

type ValidatingWebhook = v.InferOutput<typeof validatingSchema>;
type MutatingWebhook = v.InferOutput<typeof mutatingSchema>;

/** A program of somebody else that is asked before something is written. */
export type AdmissionWebhook = ValidatingWebhook & Partial<Pick<MutatingWebhook, 'reinvocationPolicy'>>;

/** Which webhooks are asked about writes. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly AdmissionWebhook[];
}

export const admissionGroup = 'admissionregistration.k8s.io';

const configurationKind = (
  kind: string,
  plural: string,
  webhook: typeof validatingSchema | typeof mutatingSchema,
): Kind =>
  defineKind({
    group: admissionGroup,
    kind,
    plural,
    shortNames: [],
    scope: 'Cluster',
    applyOrder: 2,
    columns: [
      { title: 'NAME', cell: ({ metadata }) => metadata.name },
      {
        title: 'WEBHOOKS',
        cell: (object) => String((object as WebhookConfiguration).webhooks?.length ?? 0),
      },
      { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
    ],
    versions: [
      {
        apiVersion: `${admissionGroup}/v1`,
        kind,
        metadata: clusterMetadataSchema,
        fields: { webhooks: described('The webhooks.', v.optional(v.array(webhook), [])) },
      },
    ],
  });

/** The kind of the webhooks that may change what is written. */
export const mutatingKind = configurationKind(
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  mutatingSchema,
);

/** The kind of the webhooks that may refuse what is written. */
export const validatingKind = configurationKind(
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  validatingSchema,
);
