import { storedClusterRoleBinding, storedRoleBinding } from '@ignite/toolkit/access/resources/binding';
import { storedClusterRole, storedRole } from '@ignite/toolkit/access/resources/role';

/** Roles and bindings as clients know them. */
export const clientKinds = {
  roles: storedRole,
  clusterRoles: storedClusterRole,
  roleBindings: storedRoleBinding,
  clusterRoleBindings: storedClusterRoleBinding,
} as const;
