import {
  type ClusterRoleBinding,
  type RoleBinding,
  clusterRoleBindingResource,
  roleBindingResource,
  storedClusterRoleBinding,
  storedRoleBinding,
} from '@ignite/toolkit/access/resources/binding';
import {
  type ClusterRole,
  type Role,
  clusterRoleResource,
  roleResource,
  storedClusterRole,
  storedRole,
} from '@ignite/toolkit/access/resources/role';
import { clientKind } from '@ignite/toolkit/client/kind-client';

/** Roles and bindings as clients know them. */
export const clientKinds = {
  roles: clientKind<Role>(roleResource, storedRole),
  clusterRoles: clientKind<ClusterRole>(clusterRoleResource, storedClusterRole),
  roleBindings: clientKind<RoleBinding>(roleBindingResource, storedRoleBinding),
  clusterRoleBindings: clientKind<ClusterRoleBinding>(clusterRoleBindingResource, storedClusterRoleBinding),
} as const;
