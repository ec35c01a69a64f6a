import * as v from 'valibot';
import { badRequest } from '@ignite/toolkit/client/object-error';
import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import { rulesFor } from '../authorization/access-rules.ts';
import { type Review, answered, specOf } from './review.ts';

const spec = v.looseObject({ namespace: v.optional(v.string()) });

/** Asks what the user who asks may do in a namespace. */
export const selfSubjectRulesReview: Review = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'selfsubjectrulesreviews',
  kind: 'SelfSubjectRulesReview',
  isNamespaced: false,
  answer: async (question, { rules }) => {
    const { namespace } = specOf(selfSubjectRulesReview, spec, question);
    if (!namespace) throw badRequest('no namespace on request');
    const held = rulesFor(question.user, namespace, await rules());
    return answered(question, {}, { ...sorted(held), incomplete: false });
  },
};

const sorted = (rules: readonly PolicyRule[]) => ({
  resourceRules: rules
    .filter(({ resources }) => resources?.length)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      apiGroups,
      resources,
      ...(resourceNames?.length && { resourceNames }),
    })),
  nonResourceRules: rules
    .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
});
