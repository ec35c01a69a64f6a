import * as v from 'valibot';
import { described } from '../schema/described.ts';
import type { PolicyRule } from './resources/role.ts';

const words = v.nullish(v.array(v.string()));

const isEmpty = (list: readonly string[] | null | undefined): boolean => (list ?? []).length === 0;

const ruleFields = v.strictObject({
  verbs: described(
    'What may be done, such as `get`; `*` for anything.',
    v.pipe(v.array(v.string()), v.nonEmpty('must have at least one verb')),
  ),
  apiGroups: described('The groups of the resources; empty for the core group, `*` for all.', words),
  resources: described(
    'The plural names of kinds, or `kind/subresource`; `*` for all, `*/subresource` for those of all kinds.',
    words,
  ),
  resourceNames: described('The only objects that the rule is about; without names, all of them.', words),
  nonResourceURLs: described('Paths that are no resources, in which a trailing `*` means any rest.', words),
});

/** A rule of a ClusterRole, which may be about paths that are no resources. */
export const clusterPolicyRule = v.pipe(
  ruleFields,
  v.forward(
    v.partialCheck(
      [['apiGroups'], ['nonResourceURLs']],
      ({ apiGroups, nonResourceURLs }) => !isEmpty(nonResourceURLs) || !isEmpty(apiGroups),
      'a rule about resources must have at least one API group',
    ),
    ['apiGroups'],
  ),
  v.forward(
    v.partialCheck(
      [['resources'], ['nonResourceURLs']],
      ({ resources, nonResourceURLs }) => !isEmpty(nonResourceURLs) || !isEmpty(resources),
      'a rule about resources must have at least one resource',
    ),
    ['resources'],
  ),
  v.forward(
    v.partialCheck(
      [['apiGroups'], ['resources'], ['resourceNames'], ['nonResourceURLs']],
      (rule) => isEmpty(rule.nonResourceURLs) || isAboutPathsAlone(rule),
      'a rule is about resources or about other paths, not about both',
    ),
    ['nonResourceURLs'],
  ),
);

const isAboutPathsAlone = ({ apiGroups, resources, resourceNames }: Omit<PolicyRule, 'verbs'>): boolean =>
  [apiGroups, resources, resourceNames].every(isEmpty);

/** A rule of a Role, which is about resources in its namespace. */
export const policyRule = v.pipe(
  clusterPolicyRule,
  v.forward(
    v.partialCheck(
      [['nonResourceURLs']],
      ({ nonResourceURLs }) => isEmpty(nonResourceURLs),
      'a rule within a namespace cannot be about paths that are no resources',
    ),
    ['nonResourceURLs'],
  ),
);
