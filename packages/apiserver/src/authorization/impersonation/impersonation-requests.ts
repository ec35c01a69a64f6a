import { type ResourceAccess, everything } from '../../request/access-request.ts';
import { serviceAccountOf } from '../../authentication/service-account/service-account-user.ts';
import { mastersGroup } from '../decide.ts';
import type { WantedUser } from './wanted-user.ts';

const authentication = 'authentication.k8s.io';

/**
 * Pure. Returns what someone must be allowed to act as another user: to impersonate that user and each of what
 * he is said to have. Whoever acts as one of `system:masters` must be allowed everything himself.
 */
export const impersonationRequests = ({ user, namedGroups }: WantedUser): readonly ResourceAccess[] => [
  userRequest(user.name),
  ...namedGroups.map((name) => impersonate('', 'groups', { name })),
  ...(user.uid === undefined ? [] : [impersonate(authentication, 'uids', { name: user.uid })]),
  ...Object.entries(user.extra ?? {}).flatMap(([subresource, values]) =>
    values.map((name) => impersonate(authentication, 'userextras', { subresource, name })),
  ),
  ...(namedGroups.includes(mastersGroup) ? [everything] : []),
];

function userRequest(user: string): ResourceAccess {
  const account = serviceAccountOf(user);
  return account ? impersonate('', 'serviceaccounts', account) : impersonate('', 'users', { name: user });
}

const impersonate = (
  group: string,
  resource: string,
  what: Pick<ResourceAccess, 'namespace' | 'name' | 'subresource'>,
): ResourceAccess => ({ isResource: true, verb: 'impersonate', group, resource, ...what });
