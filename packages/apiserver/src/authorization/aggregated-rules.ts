import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import type { ClusterRole, PolicyRule } from '@ignite/toolkit/access/resources/role';

/**
 * Pure. Returns the rules of a role: its own or, if it puts other roles together, those of all roles that it
 * selects, each once.
 */
export function aggregatedRules(
  role: ClusterRole,
  roles: readonly ClusterRole[],
  within: readonly ClusterRole[] = [],
): readonly PolicyRule[] {
  const { aggregationRule } = role;
  if (!aggregationRule) return role.rules;
  const selected = roles.filter(
    (other) =>
      other !== role &&
      !within.includes(other) &&
      aggregationRule.clusterRoleSelectors.some((selector) => selectsLabels(selector, other.metadata.labels)),
  );
  const rules = selected.flatMap((other) => aggregatedRules(other, roles, [...within, role]));
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
