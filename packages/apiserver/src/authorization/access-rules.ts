import type {
  ClusterRoleBinding,
  RoleBinding,
  RoleRef,
  Subject,
} from '@ignite/toolkit/access/resources/binding';
import type { ClusterRole, PolicyRule, Role } from '@ignite/toolkit/access/resources/role';
import type { UserInfo } from '../request/user-info.ts';
import { aggregatedRules } from './aggregated-rules.ts';
import { serviceAccountUser } from '../authentication/service-account/service-account-user.ts';

/** All roles and bindings of a server. */
export interface AccessObjects {
  readonly roles: readonly Role[];
  readonly clusterRoles: readonly ClusterRole[];
  readonly roleBindings: readonly RoleBinding[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
}

type Binding = RoleBinding | ClusterRoleBinding;

/** The same, in the form in which it is quick to find what a user may do. */
export interface AccessRules {
  /** The rules of each role, by `namespace/name`; those of the cluster are in the empty namespace. */
  readonly roles: ReadonlyMap<string, readonly PolicyRule[]>;
  /** The bindings of each namespace; those of the cluster are in the empty one. */
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
}

/** Pure. Brings roles and bindings into the form in which they are looked up. */
export function accessRules(objects: AccessObjects): AccessRules {
  const { roles, clusterRoles, roleBindings, clusterRoleBindings } = objects;
  return {
    roles: new Map([
      ...roles.map((role) => [keyOf(role.metadata), role.rules] as const),
      ...clusterRoles.map((role) => [`/${role.metadata.name}`, aggregatedRules(role, clusterRoles)] as const),
    ]),
    bindings: new Map<string, readonly Binding[]>([
      ['', clusterRoleBindings],
      ...Map.groupBy(roleBindings, ({ metadata }) => metadata.namespace),
    ]),
  };
}

const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`;

/** Pure. Returns the rules of the role that a binding in a namespace gives, or undefined if it does not exist. */
export const rulesOfRole = (
  { kind, name }: RoleRef,
  namespace: string,
  { roles }: AccessRules,
): readonly PolicyRule[] | undefined =>
  roles.get(keyOf({ namespace: kind === 'ClusterRole' ? '' : namespace, name }));

/** A binding that gives a user something, with the rules of its role, if that exists. */
export interface Grant {
  readonly binding: Binding;
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[] | undefined;
}

/** Pure. Yields what is given to a user, in the whole cluster and in one namespace. */
export function* grantsTo(user: UserInfo, namespace: string, access: AccessRules): Generator<Grant> {
  for (const place of new Set(['', namespace]))
    for (const binding of access.bindings.get(place) ?? []) {
      const subject = binding.subjects.find((each) => isSubject(user, each, place));
      if (subject) yield { binding, subject, rules: rulesOfRole(binding.roleRef, place, access) };
    }
}

/** Pure. Returns the rules of all that is given to a user. */
export const rulesFor = (user: UserInfo, namespace: string, access: AccessRules): readonly PolicyRule[] =>
  [...grantsTo(user, namespace, access)].flatMap(({ rules = [] }) => rules);

function isSubject(user: UserInfo, { kind, name, namespace }: Subject, place: string): boolean {
  switch (kind) {
    case 'User':
      return user.name === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount':
      return isAccount(user, namespace || place, name);
  }
}

/** An account without a namespace, in a binding of the cluster, is nobody. */
const isAccount = (user: UserInfo, namespace: string, name: string): boolean =>
  namespace !== '' && user.name === serviceAccountUser(namespace, name);
