import { isDeepStrictEqual } from 'node:util';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import {
  type ClusterRoleBinding,
  type RoleBinding,
  clusterRoleBindingResource,
  roleBindingResource,
} from '@ignite/toolkit/access/resources/binding';
import {
  type ClusterRole,
  type PolicyRule,
  type Role,
  clusterRoleResource,
  roleResource,
} from '@ignite/toolkit/access/resources/role';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { UserInfo } from '../../request/user-info.ts';
import { type AccessRules, rulesFor, rulesOfRole } from '../access-rules.ts';
import { decide, isMaster } from '../decide.ts';
import { uncoveredRules } from './uncovered-rules.ts';

/** An object that is to be written, and the one that it replaces, if there is one. */
export interface ObjectWrite {
  readonly old?: KubeObject | undefined;
  readonly next: KubeObject;
}

/**
 * Pure. Checks that a user who writes a role or a binding has all the rights that it gives, or the verb
 * `escalate` for the role or `bind` for the role of the binding.
 * @throws ObjectError FORBIDDEN, NOT_FOUND for a binding of a role that does not exist
 */
export function checkEscalation(user: UserInfo, write: ObjectWrite, access: AccessRules): void {
  if (groupOf(write.next.apiVersion) !== rbacGroup || isMaster(user) || changesOnlyOwners(write)) return;
  const { kind } = write.next;
  if (kind === 'Role' || kind === 'ClusterRole') checkRole(user, write as RoleWrite, access);
  else checkBinding(user, write.next as RoleBinding | ClusterRoleBinding, access);
}

interface RoleWrite {
  readonly old?: Role | ClusterRole | undefined;
  readonly next: Role | ClusterRole;
}

/** Garbage collection writes owners and finalizers for users who have no rights that the object gives. */
function changesOnlyOwners({ old, next }: ObjectWrite): boolean {
  return old !== undefined && isDeepStrictEqual(withoutOwners(old), withoutOwners(next));
}

function withoutOwners({ metadata, ...rest }: KubeObject): object {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function checkRole(user: UserInfo, { old, next }: RoleWrite, access: AccessRules): void {
  const { name, namespace } = next.metadata;
  const resource = next.kind === 'Role' ? roleResource.plural : clusterRoleResource.plural;
  const escalate = {
    isResource: true,
    verb: 'escalate',
    group: rbacGroup,
    resource,
    namespace,
    ...(old && { name }),
  } as const;
  if (decide(user, escalate, access).isAllowed) return;
  checkHeld(user, next.rules ?? [], { resource, name, namespace }, access);
  // What a role gathers from others is not known beforehand.
  const gathers = [old, next].some((role) => role?.kind === 'ClusterRole' && role.aggregationRule);
  if (gathers && uncoveredRules(rulesFor(user, '', access), fullAuthority).length > 0)
    throw forbidden({ resource, name }, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(
  user: UserInfo,
  { kind, metadata: { name, namespace }, roleRef }: RoleBinding | ClusterRoleBinding,
  access: AccessRules,
): void {
  const role = roleRef.kind === 'Role' ? roleResource.plural : clusterRoleResource.plural;
  const bind = {
    isResource: true,
    verb: 'bind',
    group: rbacGroup,
    resource: role,
    namespace,
    name: roleRef.name,
  } as const;
  if (decide(user, bind, access).isAllowed) return;
  const rules = rulesOfRole(roleRef, namespace, access);
  if (!rules) throw new ObjectError('NOT_FOUND', `${role}.${rbacGroup} "${roleRef.name}" not found`);
  const resource = kind === 'RoleBinding' ? roleBindingResource.plural : clusterRoleBindingResource.plural;
  checkHeld(user, rules, { resource, name, namespace }, access);
}

interface Place {
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
}

function checkHeld(user: UserInfo, rules: readonly PolicyRule[], place: Place, access: AccessRules): void {
  const missing = uncoveredRules(rulesFor(user, place.namespace, access), rules);
  if (missing.length === 0) return;
  const who = `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)})`;
  const lines = missing.map(ruleText).toSorted();
  const what = 'is attempting to grant RBAC permissions not currently held:';
  throw forbidden(place, [`${who} ${what}`, ...lines].join('\n'));
}

const forbidden = ({ resource, name }: Omit<Place, 'namespace'>, why: string): ObjectError =>
  new ObjectError('FORBIDDEN', `${resource}.${rbacGroup} "${name}" is forbidden: ${why}`);

function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const texts = Object.entries(parts).flatMap(([name, values]) =>
    values?.length ? [`${name}:${quoted(values)}`] : [],
  );
  return `{${texts.join(', ')}}`;
}

const quoted = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;
