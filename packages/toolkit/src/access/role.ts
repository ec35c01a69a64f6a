import * as v from 'valibot';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { labelSelector } from './label-selector.ts';
import { clusterRbacMetadataSchema, rbacMetadataSchema } from './metadata.ts';
import { clusterPolicyRule, policyRule } from './policy-rule.ts';
import { rbacApiVersion } from './resources/rbac.ts';
import { clusterRoleResource, roleResource } from './resources/role.ts';

/** What may be done within one namespace. */
export const roleKind: Kind = defineKind({
  ...roleResource,
  versions: [
    {
      apiVersion: rbacApiVersion,
      kind: 'Role',
      metadata: rbacMetadataSchema,
      fields: { rules: described('All that the role allows.', v.nullish(v.array(policyRule), [])) },
    },
  ],
  strategy: { names: 'PathSegment' },
});

const aggregationRule = v.strictObject({
  clusterRoleSelectors: described(
    'The labels of the roles whose rules are put together.',
    v.pipe(v.array(labelSelector), v.nonEmpty('must have at least one selector')),
  ),
});

/** What may be done in all namespaces or, by a RoleBinding, in one. */
export const clusterRoleKind: Kind = defineKind({
  ...clusterRoleResource,
  versions: [
    {
      apiVersion: rbacApiVersion,
      kind: 'ClusterRole',
      metadata: clusterRbacMetadataSchema,
      fields: {
        rules: described('All that the role allows.', v.nullish(v.array(clusterPolicyRule), [])),
        aggregationRule: described(
          'Which roles the rules come from, in the place of rules of its own.',
          v.nullish(aggregationRule),
        ),
      },
    },
  ],
  strategy: { names: 'PathSegment' },
});
