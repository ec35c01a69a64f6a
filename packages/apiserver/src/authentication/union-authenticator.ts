import type { Authenticator } from '../request/access.ts';
import type { ApiRequest } from '../request/exchange.ts';
import type { UserInfo } from '../request/user-info.ts';

const authenticatedGroup = 'system:authenticated';

/**
 * Asks several authenticators in turn. The first one that knows the user, or refuses what is shown to it,
 * decides: whoever shows wrong credentials is not taken for what else he might be.
 */
export class UnionAuthenticator implements Authenticator {
  readonly #authenticators: readonly Authenticator[];

  constructor(authenticators: readonly Authenticator[]) {
    this.#authenticators = authenticators;
  }

  async authenticate(request: ApiRequest, signal: AbortSignal): Promise<UserInfo | undefined> {
    for (const authenticator of this.#authenticators) {
      const user = await authenticator.authenticate(request, signal);
      if (user) return withGroup(user);
    }
    return undefined;
  }
}

/** Pure. Everyone who is known is in one group more. */
const withGroup = (user: UserInfo): UserInfo => ({
  ...user,
  groups: [...new Set([...user.groups, authenticatedGroup])],
});
