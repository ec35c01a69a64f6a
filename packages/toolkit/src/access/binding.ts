import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { clusterRbacMetadataSchema, rbacMetadataSchema, rbacName } from './metadata.ts';
import { clusterRoleBindingResource, roleBindingResource } from './resources/binding.ts';
import { rbacApiVersion, rbacGroup } from './resources/rbac.ts';

const required = v.pipe(v.string(), v.nonEmpty());

const userOrGroup = v.strictObject({
  kind: described('`User`, `Group` or `ServiceAccount`.', v.picklist(['User', 'Group'])),
  apiGroup: v.optional(v.literal(rbacGroup)),
  name: required,
  namespace: v.optional(v.string()),
});

const accountFields = {
  kind: v.literal('ServiceAccount'),
  apiGroup: v.optional(v.literal('')),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'must be the name of an account')),
};
const account = v.strictObject({ ...accountFields, namespace: v.optional(v.string()) });
const accountElsewhere = v.strictObject({
  ...accountFields,
  namespace: described('The namespace of a service account.', required),
});

const roleRef = <const Kinds extends readonly ['ClusterRole'] | readonly ['Role', 'ClusterRole']>(
  kinds: Kinds,
) =>
  described(
    'The role that is given. It cannot be changed.',
    v.strictObject({
      apiGroup: v.literal(rbacGroup),
      kind: described('What role it is.', v.picklist(kinds)),
      name: described('The name of the role.', rbacName),
    }),
  );

const strategy = { names: 'PathSegment', prepare: withGroups, immutable: ['/roleRef'] } as const;

/** Gives a role to subjects within one namespace. */
export const roleBindingKind: Kind = defineKind({
  ...roleBindingResource,
  versions: [
    {
      apiVersion: rbacApiVersion,
      kind: 'RoleBinding',
      metadata: rbacMetadataSchema,
      fields: {
        roleRef: roleRef(['Role', 'ClusterRole']),
        subjects: described(
          'Those to whom the role is given.',
          v.nullish(v.array(v.variant('kind', [userOrGroup, account]))),
        ),
      },
    },
  ],
  strategy,
});

/** Gives a role to subjects in all namespaces, and for what is in none. */
export const clusterRoleBindingKind: Kind = defineKind({
  ...clusterRoleBindingResource,
  versions: [
    {
      apiVersion: rbacApiVersion,
      kind: 'ClusterRoleBinding',
      metadata: clusterRbacMetadataSchema,
      fields: {
        roleRef: roleRef(['ClusterRole']),
        subjects: described(
          'Those to whom the role is given.',
          v.nullish(v.array(v.variant('kind', [userOrGroup, accountElsewhere]))),
        ),
      },
    },
  ],
  strategy,
});

/** Pure. Fills in the API groups of the role and of the subjects, which writers may leave out. */
function withGroups(binding: KubeObject): KubeObject {
  const { roleRef: role, subjects } = binding;
  return {
    ...binding,
    ...(isRecord(role) && { roleRef: withGroup(role) }),
    ...(Array.isArray(subjects) && {
      subjects: subjects.map((subject: unknown) => (isNamedByGroup(subject) ? withGroup(subject) : subject)),
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const withGroup = (fields: Fields): Fields => ({ ...fields, apiGroup: fields['apiGroup'] || rbacGroup });

const isNamedByGroup = (subject: unknown): subject is Fields =>
  isRecord(subject) && subject['kind'] !== 'ServiceAccount';

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
