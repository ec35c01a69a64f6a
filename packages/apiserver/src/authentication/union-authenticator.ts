import type { IncomingMessage } from 'node:http';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Authenticator } from '../request/access.ts';
import type { UserInfo } from '../request/user-info.ts';

/** Whoever shows no credentials, as the audit log calls him. */
export const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export const authenticatedGroup = 'system:authenticated';

/**
 * Asks several authenticators in turn. The first one that knows the user decides; credentials that one of them
 * refuses count for nothing if another one accepts others.
 */
export class UnionAuthenticator implements Authenticator {
  readonly #authenticators: readonly Authenticator[];

  constructor(authenticators: readonly Authenticator[]) {
    this.#authenticators = authenticators;
  }

  async authenticate(request: IncomingMessage, signal: AbortSignal): Promise<UserInfo | undefined> {
    let refusal: unknown;
    for (const authenticator of this.#authenticators)
      try {
        const user = await authenticator.authenticate(request, signal);
        if (user) return withGroup(user);
      } catch (failure) {
        if (!hasCode(failure, 'UNAUTHORIZED')) throw failure;
        refusal ??= failure;
      }
    if (refusal !== undefined) throw refusal;
    return undefined;
  }
}

/** Pure. Everyone who is known is in one group more. */
const withGroup = (user: UserInfo): UserInfo => ({
  ...user,
  groups: [...new Set([...user.groups, authenticatedGroup])],
});
