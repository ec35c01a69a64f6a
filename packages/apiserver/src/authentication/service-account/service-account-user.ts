const prefix = 'system:serviceaccount:';

/** Returns the user name of a service account. */
export const serviceAccountUser = (namespace: string, name: string): string =>
  `${prefix}${namespace}:${name}`;

/** Returns the groups of a service account. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];
