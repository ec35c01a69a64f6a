import { anyShape } from '../../cel/cel-shape.ts';
import { type ServedResource, servedOfKind } from '../../resource/served-resource.ts';
import type { ExpressionWarning, Policy } from './policy.ts';
import { policyPrograms } from './policy-programs.ts';
import { shapeOfResource } from './policy-shapes.ts';

/** The most kinds for which a policy is checked. */
const mostKinds = 10;

/** Pure. Returns what is wrong with the validations of a policy for the kinds that it is about. */
export function policyWarnings(
  policy: Policy,
  served: readonly ServedResource[],
): readonly ExpressionWarning[] {
  const { paramKind } = policy.spec;
  const param = paramKind && servedOfKind(served, paramKind);
  const params = param ? shapeOfResource(param) : anyShape;
  const told = checkedKinds(policy, served).flatMap((resource) => {
    const { faults } = policyPrograms(policy, { object: shapeOfResource(resource), params });
    return faults.map(({ field, problem }) => ({ field, warning: `${kindText(resource)}: ${problem}\n` }));
  });
  const fields = Map.groupBy(
    told.filter(({ field }) => field.startsWith('spec.validations[')),
    ({ field }) => field,
  );
  return [...fields].map(([fieldRef, warnings]) => ({
    fieldRef,
    warning: warnings.map(({ warning }) => warning).join('\n'),
  }));
}

/** Returns the kinds that a policy names one by one. */
function checkedKinds({ spec }: Policy, served: readonly ServedResource[]): readonly ServedResource[] {
  const { resourceRules = [] } = spec.matchConstraints;
  return served
    .filter(({ group, version, resource }) =>
      resourceRules.some(
        ({ apiGroups, apiVersions, resources }) =>
          apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(resource),
      ),
    )
    .slice(0, mostKinds);
}

const kindText = ({ group, version, kind }: ServedResource): string => `${group}/${version}, Kind=${kind}`;
