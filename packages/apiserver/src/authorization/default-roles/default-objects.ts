import type { RoleRef, Subject } from '@ignite/toolkit/access/resources/binding';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import type { ClusterRole, PolicyRule } from '@ignite/toolkit/access/resources/role';
import type { NewOfKind } from '@ignite/toolkit/client/kind-client';
import type { ObjectMeta } from '@ignite/toolkit/object/kube-object';
import { type DefaultRole, type GatheringRole, gatheringRoles } from './default-role.ts';

/** The annotation by which an administrator keeps a role or a binding as it is. */
export const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

type Metadata = Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>;

export interface WantedRole extends NewOfKind {
  readonly metadata: Metadata;
  readonly rules: readonly PolicyRule[];
  readonly aggregationRule?: NonNullable<ClusterRole['aggregationRule']>;
}

export interface WantedBinding extends NewOfKind {
  readonly metadata: Metadata;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

const metadata = (name: string, labels: Metadata['labels'] = {}): Metadata => ({
  name,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  annotations: { [autoUpdateAnnotation]: 'true' },
});

const partOf = (role: GatheringRole): Metadata['labels'] => ({
  [`${rbacGroup}/aggregate-to-${role}`]: 'true',
});

/** Pure. Returns the roles as objects, and the ones that gather them. */
export const wantedRoles = (roles: readonly DefaultRole[]): readonly WantedRole[] => [
  ...gatheringRoles.map((name, at) => gatheringRole(name, gatheringRoles[at - 1])),
  ...roles.map(({ name, rules, partOf: whole }) => ({
    metadata: metadata(name, whole && partOf(whole)),
    rules,
  })),
];

const gatheringRole = (name: GatheringRole, whole: GatheringRole | undefined): WantedRole => ({
  metadata: metadata(name, whole && partOf(whole)),
  rules: [],
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: partOf(name) }] },
});

/** Pure. Returns the bindings of the roles that are given to groups at once. */
export const wantedBindings = (roles: readonly DefaultRole[]): readonly WantedBinding[] =>
  roles.flatMap(({ name, groups }) =>
    groups
      ? [
          {
            metadata: metadata(name),
            roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
            subjects: groups.map((group) => ({ kind: 'Group', apiGroup: rbacGroup, name: group })),
          },
        ]
      : [],
  );
