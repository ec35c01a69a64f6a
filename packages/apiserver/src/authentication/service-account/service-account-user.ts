const prefix = 'system:serviceaccount:';

/** Returns the user name of a service account. */
export const serviceAccountUser = (namespace: string, name: string): string =>
  `${prefix}${namespace}:${name}`;

/** Returns the groups of a service account. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

/** Pure. Returns the service account whose user name this is, if it is one. */
export function serviceAccountOf(
  user: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace = '', name = '', ...more] = user.startsWith(prefix)
    ? user.slice(prefix.length).split(':')
    : [];
  return namespace !== '' && name !== '' && more.length === 0 ? { namespace, name } : undefined;
}
