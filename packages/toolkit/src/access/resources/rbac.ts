/** The API group of roles and bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** The API group and version of roles and bindings. */
export const rbacApiVersion = `${rbacGroup}/v1`;
