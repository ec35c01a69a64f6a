import type { Authenticator } from '../request/access.ts';
import type { ApiRequest } from '../request/exchange.ts';
import type { UserInfo } from '../request/user-info.ts';
import { unauthorized } from './unauthorized.ts';

/** Knows the users of tokens of one sort. */
export interface TokenAuthenticator {
  /**
   * Returns the user, or undefined if the token is not of this sort.
   * @param audiences those for whom the token must be; without one, it must be for this server
   * @throws ObjectError UNAUTHORIZED if it is of this sort and not valid
   */
  userOf(token: string, audiences: readonly string[], signal: AbortSignal): Promise<UserInfo | undefined>;
}

/** The longest token that is looked at. */
const longestToken = 16 * 1024;

/** The tokens of RFC 6750. */
const form = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Knows users by the tokens in the headers of their requests (RFC 6750). */
export class BearerAuthenticator implements Authenticator {
  readonly #authenticators: readonly TokenAuthenticator[];

  constructor(authenticators: readonly TokenAuthenticator[]) {
    this.#authenticators = authenticators;
  }

  async authenticate({ headers }: ApiRequest, signal: AbortSignal): Promise<UserInfo | undefined> {
    const { authorization } = headers;
    if (authorization === undefined) return undefined;
    if (authorization.length > longestToken) throw unauthorized('the token is too long');
    const [, token] = form.exec(authorization) ?? [];
    if (token === undefined) throw unauthorized('the authorization is no bearer token');
    return await this.userOfToken(token, [], signal);
  }

  /** @throws ObjectError UNAUTHORIZED */
  async userOfToken(token: string, audiences: readonly string[], signal: AbortSignal): Promise<UserInfo> {
    if (token.length > longestToken) throw unauthorized('the token is too long');
    for (const authenticator of this.#authenticators) {
      const user = await authenticator.userOf(token, audiences, signal);
      if (user) return user;
    }
    throw unauthorized('the token is of no known sort');
  }
}
