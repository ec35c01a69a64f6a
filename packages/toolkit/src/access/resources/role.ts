import type { KubeObject } from '../../object/kube-object.ts';
import type { Column, Resource } from '../../scheme/resource.ts';
import { objectKind } from '../../scheme/object-kind.ts';
import { rbacApiVersion, rbacGroup } from './rbac.ts';

/** What may be done: each verb to each resource, or to each path outside the resources. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  /** The only objects that the rule is about. Without names, it is about all of them. */
  readonly resourceNames?: readonly string[] | null | undefined;
  readonly nonResourceURLs?: readonly string[] | null | undefined;
}

/** Selects objects by their labels (Kubernetes: LabelSelector). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null | undefined;
  readonly matchExpressions?: readonly LabelExpression[] | null | undefined;
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[] | null | undefined;
}

export interface Role extends KubeObject {
  readonly kind: 'Role';
  readonly rules: readonly PolicyRule[];
}

export interface ClusterRole extends KubeObject {
  readonly kind: 'ClusterRole';
  readonly rules: readonly PolicyRule[];
  /** Selects the roles whose rules the role has, in the place of rules of its own. */
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly LabelSelector[] } | null | undefined;
}

const columns: readonly Column<KubeObject>[] = [
  { title: 'NAME', cell: ({ metadata }) => metadata.name },
  { title: 'CREATED AT', cell: ({ metadata }) => metadata.creationTimestamp },
];

export const roleResource = {
  group: rbacGroup,
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  columns,
} satisfies Resource<Role>;

export const clusterRoleResource = {
  group: rbacGroup,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  columns,
} satisfies Resource<ClusterRole>;

const withRules = (role: KubeObject): KubeObject => ({ ...role, rules: role['rules'] ?? [] });

export const storedRole = objectKind<Role>(roleResource, rbacApiVersion, withRules);

export const storedClusterRole = objectKind<ClusterRole>(clusterRoleResource, rbacApiVersion, withRules);
