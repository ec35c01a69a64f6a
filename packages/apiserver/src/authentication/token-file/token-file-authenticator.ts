import type { Clock } from '@ignite/toolkit/clock/clock';
import type { UserInfo } from '../../request/user-info.ts';
import type { TokenAuthenticator } from '../bearer-authenticator.ts';
import { findToken, hasExpired, looksLikeToken, userOfStored } from './stored-token.ts';
import type { TokenFile } from './token-file.ts';
import { unauthorized } from '../unauthorized.ts';

/** Knows the users of the tokens that the server itself gave out. */
export class TokenFileAuthenticator implements TokenAuthenticator {
  readonly #file: TokenFile;
  readonly #clock: Clock;

  constructor(file: TokenFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  async userOf(token: string, audiences: readonly string[]): Promise<UserInfo | undefined> {
    if (!looksLikeToken(token)) return undefined;
    const found = findToken(token, await this.#file.list());
    if (!found) throw unauthorized('the token is not known');
    if (hasExpired(found, this.#clock.now())) throw unauthorized(`the token "${found.name}" has expired`);
    if (audiences.length > 0) throw unauthorized('the token is for this server alone');
    return userOfStored(found);
  }
}
