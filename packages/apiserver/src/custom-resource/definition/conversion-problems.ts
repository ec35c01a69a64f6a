import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import {
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../../structural-schema/field-error.ts';
import { webhookTargetProblems } from '../../webhook/webhook-target.ts';
import type { DefinitionSpec } from './definition.ts';

type Conversion = NonNullable<DefinitionSpec['conversion']>;

const strategies = ['None', 'Webhook'];

/** Returns what is wrong with how objects are converted between versions, given the path to it. */
export function conversionProblems({ strategy, webhook }: Conversion, path: string): readonly ErrorCause[] {
  if (strategy === '') return [requiredValue(`${path}.strategy`)];
  if (!strategies.includes(strategy)) return [unsupportedValue(`${path}.strategy`, strategy, strategies)];
  if (strategy === 'None')
    return webhook === undefined
      ? []
      : [
          forbiddenValue(
            `${path}.webhookClientConfig`,
            'should not be set when strategy is not set to Webhook',
          ),
        ];
  return [
    ...clientProblems(webhook?.clientConfig, `${path}.webhookClientConfig`),
    ...reviewProblems(webhook?.conversionReviewVersions ?? [], `${path}.conversionReviewVersions`),
  ];
}

type ClientConfig = NonNullable<Conversion['webhook']>['clientConfig'];

function clientProblems(config: ClientConfig, field: string): readonly ErrorCause[] {
  if (config === undefined) return [requiredValue(field, 'required when strategy is set to Webhook')];
  return webhookTargetProblems(config, field);
}

function reviewProblems(versions: readonly string[], field: string): readonly ErrorCause[] {
  if (versions.length === 0) return [requiredValue(field)];
  return versions.some((version) => version === 'v1' || version === 'v1beta1')
    ? []
    : [invalidValue(field, versions, 'must include at least one of v1, v1beta1')];
}
