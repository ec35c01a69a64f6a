import * as v from 'valibot';
import { type LabelRequirement, matchesLabels } from '../client/label-selector.ts';
import type { LabelExpression, LabelSelector } from './resources/role.ts';

const key = v.pipe(v.string(), v.nonEmpty());

const labelExpression = v.variant('operator', [
  v.strictObject({
    key,
    operator: v.picklist(['In', 'NotIn']),
    values: v.pipe(v.array(v.string()), v.nonEmpty('must have at least one value')),
  }),
  v.strictObject({
    key,
    operator: v.picklist(['Exists', 'DoesNotExist']),
    values: v.nullish(v.pipe(v.array(v.string()), v.maxLength(0, 'must not have values'))),
  }),
]);

/** The schema of a selector of objects by their labels (Kubernetes: LabelSelector). */
export const labelSelector = v.strictObject({
  matchLabels: v.nullish(v.record(v.string(), v.string())),
  matchExpressions: v.nullish(v.array(labelExpression)),
});

/** Pure. Tells whether labels fulfil a selector. One without requirements selects everything. */
export const selectsLabels = (selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean =>
  matchesLabels(labels, requirementsOf(selector));

const requirementsOf = ({ matchLabels, matchExpressions }: LabelSelector): readonly LabelRequirement[] => [
  ...Object.entries(matchLabels ?? {}).map(([name, value]): LabelRequirement => ({
    key: name,
    operator: 'In',
    values: [value],
  })),
  ...(matchExpressions ?? []).map(requirementOf),
];

function requirementOf({ key: name, operator, values }: LabelExpression): LabelRequirement {
  return operator === 'In' || operator === 'NotIn'
    ? { key: name, operator, values: values ?? [] }
    : { key: name, operator };
}
