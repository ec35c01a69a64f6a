import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { duplicateValue, invalidValue } from '../structural-schema/field-error.ts';
import { webhookTargetProblems } from '../webhook/webhook-target.ts';
import { bindingKind, policyKind, servedPolicyKinds } from './policy/policy-kinds.ts';
import { type WebhookConfiguration, mutatingKind, validatingKind } from './webhook-configuration.ts';

/** The kinds that say who else has a say in writes. */
export const admissionKinds: readonly Kind[] = [mutatingKind, validatingKind, policyKind, bindingKind];

/** The same kinds as a client over a store serves them. */
export const servedAdmissionKinds: readonly ServedKind[] = [
  ...[mutatingKind, validatingKind].map((kind) => {
    const served = servedKindOf(kind);
    return {
      ...served,
      problems: (object, old) => {
        const problems = served.problems?.(object, old) ?? [];
        return problems.length > 0 ? problems : webhookProblems(object as WebhookConfiguration);
      },
    } satisfies ServedKind;
  }),
  ...servedPolicyKinds,
];

const webhookProblems = ({ webhooks = [] }: WebhookConfiguration): readonly ErrorCause[] =>
  webhooks.flatMap(({ name, clientConfig }, at) => {
    const path = `webhooks[${at}]`;
    const isAgain = webhooks.findIndex((each) => each.name === name) < at;
    return [
      ...(/^[a-z0-9-]+(\.[a-z0-9-]+){2,}$/.test(name)
        ? []
        : [
            invalidValue(
              `${path}.name`,
              name,
              'should be a domain with at least three segments separated by dots',
            ),
          ]),
      ...(isAgain ? [duplicateValue(`${path}.name`, name)] : []),
      ...webhookTargetProblems(clientConfig, `${path}.clientConfig`),
    ];
  });
