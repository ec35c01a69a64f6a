import type { RoleRef, Subject } from '@ignite/toolkit/access/resources/binding';
import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import type { UserInfo } from '../request/user-info.ts';
import type { AccessRequest } from '../request/access-request.ts';
import { type AccessObjects, type AccessRules, accessRules } from './access-rules.ts';

/** Roles and bindings for tests, written in short. */

const object = <Kind extends string>(kind: Kind, namespace: string, name: string, labels = {}) => ({
  apiVersion: `${rbacGroup}/v1`,
  kind,
  metadata: {
    namespace,
    name,
    labels,
    annotations: {},
    uid: `${namespace}/${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: [],
  },
});

export const role = (namespace: string, name: string, ...rules: readonly PolicyRule[]) => ({
  ...object('Role', namespace, name),
  rules,
});

export const clusterRole = (name: string, rules: readonly PolicyRule[], labels = {}) => ({
  ...object('ClusterRole', '', name, labels),
  rules,
});

export const roleBinding = (namespace: string, to: RoleRef, ...subjects: readonly Subject[]) => ({
  ...object('RoleBinding', namespace, `b-${to.name}`),
  roleRef: to,
  subjects,
});

export const clusterRoleBinding = (name: string, ...subjects: readonly Subject[]) => ({
  ...object('ClusterRoleBinding', '', `b-${name}`),
  roleRef: clusterRoleRef(name),
  subjects,
});

export const roleRef = (name: string): RoleRef => ({ apiGroup: rbacGroup, kind: 'Role', name });
export const clusterRoleRef = (name: string): RoleRef => ({ apiGroup: rbacGroup, kind: 'ClusterRole', name });

export const user = (name: string): Subject => ({ kind: 'User', name });
export const group = (name: string): Subject => ({ kind: 'Group', name });
export const account = (name: string, namespace?: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  ...(namespace !== undefined && { namespace }),
});

export const named = (name: string, ...groups: readonly string[]): UserInfo => ({ name, groups });

export const rulesOf = (objects: Partial<AccessObjects>): AccessRules =>
  accessRules({ roles: [], clusterRoles: [], roleBindings: [], clusterRoleBindings: [], ...objects });

/** Writes a rule as `get,list apps/deployments,deployments/scale`; core kinds have no group before the slash. */
export const may = (verbs: string, apiGroups: string, resources: string, ...names: readonly string[]) => ({
  verbs: verbs.split(','),
  apiGroups: apiGroups.split(','),
  resources: resources.split(','),
  ...(names.length > 0 && { resourceNames: names }),
});

export const mayAt = (verbs: string, ...nonResourceURLs: readonly string[]): PolicyRule => ({
  verbs: verbs.split(','),
  nonResourceURLs,
});

/** Asks for `verb group/resource/subresource` in a namespace, or of an object by its name. */
export function asks(
  verb: string,
  group: string,
  resource: string,
  at: { readonly namespace?: string; readonly name?: string } = {},
): AccessRequest {
  const [plural = '', subresource] = resource.split('/');
  return {
    isResource: true,
    verb,
    group,
    resource: plural,
    ...(subresource !== undefined && { subresource }),
    ...at,
  };
}

export const asksPath = (verb: string, path: string): AccessRequest => ({ isResource: false, verb, path });
