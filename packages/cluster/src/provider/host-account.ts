import type { NewObject } from '@ignite/toolkit/client/object-client';
import { coreGroup, infrastructureGroup, ipamGroup } from '../contract/groups.ts';
import { providerNamespace } from './provider-namespace.ts';

/** The account as which hosts serve a management cluster. */
export const hostAccountName = 'ignite-host';

const rbacGroup = 'rbac.authorization.k8s.io';
const rbac = `${rbacGroup}/v1`;
const subjects = [{ kind: 'ServiceAccount', name: hostAccountName, namespace: providerNamespace }];
const name = hostAccountName;
const ofSecrets = `${name}-secrets`;
const namespace = providerNamespace;

/**
 * The account of hosts and its rights: to change the machines and clusters of Ignite, to look at those of Cluster API, to get the
 * Secrets that machines boot with by their names, to claim addresses for machines, and to tell each other that they are alive. The right to Secrets has a role of its own, which
 * can be bound in single namespaces instead.
 */
export const hostAccount: readonly NewObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    ...{ apiVersion: rbac, kind: 'ClusterRole', metadata: { name } },
    rules: [
      {
        apiGroups: [infrastructureGroup],
        resources: ['igniteclusters', 'ignitemachines'],
        verbs: ['get', 'list', 'watch', 'update'],
      },
      {
        apiGroups: [infrastructureGroup],
        resources: ['igniteclusters/status', 'ignitemachines/status'],
        verbs: ['update'],
      },
      { apiGroups: [coreGroup], resources: ['clusters', 'machines'], verbs: ['get', 'list', 'watch'] },
      {
        apiGroups: [ipamGroup],
        resources: ['ipaddressclaims'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
      },
      { apiGroups: [ipamGroup], resources: ['ipaddresses'], verbs: ['get'] },
    ],
  },
  {
    ...{ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: ofSecrets } },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  },
  ...[name, ofSecrets].map((role) => ({
    ...{ apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: role } },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
    subjects,
  })),
  {
    ...{ apiVersion: rbac, kind: 'Role', metadata: { name, namespace } },
    rules: [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: ['get', 'list', 'watch', 'create', 'update'],
      },
    ],
  },
  {
    ...{ apiVersion: rbac, kind: 'RoleBinding', metadata: { name, namespace } },
    roleRef: { apiGroup: rbacGroup, kind: 'Role', name },
    subjects,
  },
];
