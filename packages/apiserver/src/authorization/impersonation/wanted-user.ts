import { badRequest } from '@ignite/toolkit/client/object-error';
import { type UserInfo, anonymous } from '../../request/user-info.ts';
import {
  serviceAccountGroups,
  serviceAccountOf,
} from '../../authentication/service-account/service-account-user.ts';

const prefix = 'impersonate-';
const extraPrefix = 'extra-';

/** As whom a request asks to be made, as its headers say. */
export interface WantedUser {
  /** The user, with the groups that go with the name. */
  readonly user: UserInfo;
  /** The groups that the headers name. */
  readonly namedGroups: readonly string[];
}

/**
 * Pure. Returns the user as whom a request asks to be made, or undefined if it asks for nobody. What it does not
 * understand it refuses: whoever asks to act as somebody who may do less must not act as himself.
 * @param rawHeaders the names and values as they were sent
 * @throws ObjectError BAD_REQUEST
 */
export function wantedUser(rawHeaders: readonly string[]): WantedUser | undefined {
  const parts = impersonationHeaders(rawHeaders);
  if (parts.length === 0) return undefined;
  const valuesOf = (part: string): readonly string[] =>
    parts.filter((each) => each.part === part).map(({ value }) => value);
  const [name = '', ...names] = valuesOf('user');
  const [uid, ...uids] = valuesOf('uid');
  if (name === '') throw badRequest('the headers ask for groups or more, and not for a user whose they are');
  if (names.length > 0 || uids.length > 0) throw badRequest('the headers ask for more than one user');
  const namedGroups = valuesOf('group');
  const extra = extraOf(parts);
  return {
    user: {
      name,
      groups: groupsOf(name, namedGroups),
      ...(uid && { uid }),
      ...(extra && { extra }),
    },
    namedGroups,
  };
}

interface ImpersonationHeader {
  /** The name of the header in lower case, without what all of them begin with. */
  readonly part: string;
  readonly value: string;
}

const known: readonly string[] = ['user', 'uid', 'group'];

function impersonationHeaders(rawHeaders: readonly string[]): readonly ImpersonationHeader[] {
  const found: ImpersonationHeader[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!name.startsWith(prefix)) continue;
    const part = name.slice(prefix.length);
    if (!known.includes(part) && !part.startsWith(extraPrefix))
      throw badRequest(`the header ${name} is not known`);
    found.push({ part, value: rawHeaders[at + 1] ?? '' });
  }
  return found;
}

function extraOf(parts: readonly ImpersonationHeader[]): UserInfo['extra'] {
  const extras = parts.filter(({ part }) => part.startsWith(extraPrefix));
  if (extras.length === 0) return undefined;
  const byKey = Map.groupBy(extras, ({ part }) => unescaped(part.slice(extraPrefix.length)));
  return Object.fromEntries([...byKey].map(([key, all]) => [key, all.map(({ value }) => value)]));
}

/** Names of headers cannot hold all that keys can, so that keys may be escaped as in URLs. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

const authenticated = 'system:authenticated';
const [unauthenticated = ''] = anonymous.groups;

/** A service account has its groups unless others are named, and everybody is known or unknown. */
function groupsOf(name: string, named: readonly string[]): readonly string[] {
  const account = serviceAccountOf(name);
  const groups = account && named.length === 0 ? serviceAccountGroups(account.namespace) : named;
  if (groups.includes(authenticated) || groups.includes(unauthenticated)) return groups;
  return [...groups, name === anonymous.name ? unauthenticated : authenticated];
}
