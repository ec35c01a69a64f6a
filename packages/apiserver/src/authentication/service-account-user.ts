const prefix = 'system:serviceaccount:';

/** Returns the user name of a service account. */
export const serviceAccountUser = (namespace: string, name: string): string =>
  `${prefix}${namespace}:${name}`;
