import type { IncomingMessage } from 'node:http';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { Authenticator, Authorizer } from '../request/access.ts';
import { forbiddenText } from '../request/forbidden-text.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';
import { healthPaths } from './health.ts';

/** What anybody may ask. */
const publicPaths: readonly string[] = [...healthPaths, '/version'];

export interface AccessPorts {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/**
 * Checks that a request is allowed to the one who makes it, who is returned unless nobody knows him.
 * @throws ObjectError UNAUTHORIZED, FORBIDDEN
 */
export async function checkAccess(
  { authenticator, authorizer }: AccessPorts,
  message: IncomingMessage,
  info: RequestInfo,
  signal: AbortSignal,
): Promise<UserInfo | undefined> {
  const user = await authenticator.authenticate(message, signal);
  checkNotImpersonated(message);
  if (!info.isResource && info.verb === 'get' && publicPaths.includes(info.path)) return user;
  if (!user) throw new ObjectError('UNAUTHORIZED', 'Unauthorized');
  const { isAllowed } = await authorizer.authorize(user, info, signal);
  if (!isAllowed) throw new ObjectError('FORBIDDEN', forbiddenText(user, info));
  return user;
}

/** Whoever asks to act as someone else, who may do less, must not act as himself. */
function checkNotImpersonated({ headers }: IncomingMessage): void {
  const header = Object.keys(headers).find((name) => name.startsWith('impersonate-'));
  if (header !== undefined)
    throw new ObjectError(
      'FORBIDDEN',
      `nobody can act as another user here: the header ${header} is refused`,
      {
        hint: 'use the credentials of that user',
      },
    );
}
