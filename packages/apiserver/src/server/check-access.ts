import { callsPath } from '@ignite/api/remote/messages';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { AuditedExchange } from '../audit/audited-exchange.ts';
import { impersonationRequests } from '../authorization/impersonation/impersonation-requests.ts';
import { wantedUser } from '../authorization/impersonation/wanted-user.ts';
import type { AccessRequest } from '../request/access-request.ts';
import type { Authenticator, Authorizer } from '../request/access.ts';
import type { ApiRequest } from '../request/exchange.ts';
import { forbiddenText } from '../request/forbidden-text.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';
import { healthPaths } from './health.ts';

/** What anybody may ask, and where each call is authorized by itself. */
const publicPaths: readonly string[] = [...healthPaths, '/version', callsPath];

export interface AccessPorts {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/** A request as far as access is concerned. */
export interface AskedAccess {
  readonly message: ApiRequest;
  readonly info: RequestInfo;
  /** What is told who asks, if requests are recorded. */
  readonly audited?: AuditedExchange | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds out who makes a request, or as whom it is to be made, and returns him unless nobody knows him.
 * @throws ObjectError UNAUTHORIZED, FORBIDDEN, BAD_REQUEST
 */
export async function findUser(
  ports: AccessPorts,
  asked: Omit<AskedAccess, 'info'>,
): Promise<UserInfo | undefined> {
  const { message, audited, signal } = asked;
  const user = await ports.authenticator.authenticate(message, signal);
  if (user) audited?.isBy(user);
  const wanted = wantedUser(message.rawHeaders);
  if (!wanted) return user;
  if (!user) throw unknownUser();
  for (const request of impersonationRequests(wanted)) await allow(ports, user, { ...asked, request });
  audited?.isAs(wanted.user);
  return wanted.user;
}

/**
 * Checks that a request is allowed to a user.
 * @throws ObjectError UNAUTHORIZED, FORBIDDEN
 */
export async function checkAccess(
  ports: AccessPorts,
  user: UserInfo | undefined,
  asked: AskedAccess,
): Promise<void> {
  const { info } = asked;
  if (!info.isResource && info.verb === 'get' && publicPaths.includes(info.path)) return;
  if (!user) throw unknownUser();
  await allow(ports, user, { ...asked, request: info });
}

export const unknownUser = (): ObjectError => new ObjectError('UNAUTHORIZED', 'Unauthorized');

async function allow(
  { authorizer }: AccessPorts,
  user: UserInfo,
  { request, audited, signal }: Omit<AskedAccess, 'info'> & { readonly request: AccessRequest },
): Promise<void> {
  const decision = await authorizer.authorize(user, request, signal);
  audited?.isDecided(decision);
  if (!decision.isAllowed) throw new ObjectError('FORBIDDEN', forbiddenText(user, request));
}
