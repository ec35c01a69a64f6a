import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const resources: Readonly<Record<string, GroupVersionResource>> = {
  Namespace: { group: '', version: 'v1', resource: 'namespaces' },
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
  },
  ServiceAccount: { group: '', version: 'v1', resource: 'serviceaccounts' },
  ClusterRole: { ...rbac, resource: 'clusterroles' },
  ClusterRoleBinding: { ...rbac, resource: 'clusterrolebindings' },
  Role: { ...rbac, resource: 'roles' },
  RoleBinding: { ...rbac, resource: 'rolebindings' },
};

/** Pure. Returns where the objects of a kind are that a provider consists of. */
export const resourceOfComponent = (kind: string): GroupVersionResource => resources[kind]!;
