import type { KubeObject } from '../../object/kube-object.ts';
import type { Column, Resource } from '../../scheme/resource.ts';
import { objectKind } from '../../scheme/object-kind.ts';
import { age } from '../../text/age.ts';
import { rbacApiVersion, rbacGroup } from './rbac.ts';

/** Someone to whom a role is given. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly apiGroup?: string | undefined;
  readonly name: string;
  /** The namespace of a service account; by default that of the binding. */
  readonly namespace?: string | undefined;
}

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

interface Binding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

/** Gives a role to subjects within one namespace. */
export interface RoleBinding extends Binding {
  readonly kind: 'RoleBinding';
}

/** Gives a role to subjects in all namespaces, and for what is in none. */
export interface ClusterRoleBinding extends Binding {
  readonly kind: 'ClusterRoleBinding';
}

const namesOf = (kind: Subject['kind'], { subjects }: Binding): string =>
  subjects
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

const columns: readonly Column<Binding>[] = [
  { title: 'NAME', cell: ({ metadata }) => metadata.name },
  { title: 'ROLE', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  { title: 'USERS', cell: (binding) => namesOf('User', binding), wide: true },
  { title: 'GROUPS', cell: (binding) => namesOf('Group', binding), wide: true },
  { title: 'SERVICEACCOUNTS', cell: (binding) => namesOf('ServiceAccount', binding), wide: true },
];

export const roleBindingResource = {
  group: rbacGroup,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  columns,
} satisfies Resource<RoleBinding>;

export const clusterRoleBindingResource = {
  group: rbacGroup,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  columns,
} satisfies Resource<ClusterRoleBinding>;

const withSubjects = (binding: KubeObject): KubeObject => ({
  ...binding,
  subjects: binding['subjects'] ?? [],
});

export const storedRoleBinding = objectKind<RoleBinding>(roleBindingResource, rbacApiVersion, withSubjects);

export const storedClusterRoleBinding = objectKind<ClusterRoleBinding>(
  clusterRoleBindingResource,
  rbacApiVersion,
  withSubjects,
);
