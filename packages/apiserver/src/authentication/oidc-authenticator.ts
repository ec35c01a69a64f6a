import { type JWTPayload, createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { UserInfo } from '../request/user-info.ts';
import type { TokenAuthenticator } from './bearer-authenticator.ts';
import { issuerOf } from './token-issuer.ts';
import { unauthorized } from './unauthorized.ts';

/** The identity provider whose tokens are accepted, and what they say of a user (OpenID Connect Core). */
export interface OidcOptions {
  /** The URL of the provider, which tokens name as their issuer. */
  readonly issuer: string;
  /** The audience of tokens that are for this server. */
  readonly clientId: string;
  readonly usernameClaim: string;
  /** What is put before the names of users, so that they are nobody else's. */
  readonly usernamePrefix: string;
  readonly groupsClaim?: string | undefined;
  readonly groupsPrefix: string;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA'];
const timeoutMs = 10_000;
/** The pause before a provider that did not answer is asked again. */
const pauseMs = 10_000;

const discoverySchema = v.looseObject({
  issuer: v.string(),
  jwks_uri: v.pipe(v.string(), v.startsWith('https://')),
});

type KeySet = ReturnType<typeof createRemoteJWKSet>;
type Fetch = typeof globalThis.fetch;

/** Knows the users of an identity provider by their ID tokens. */
export class OidcAuthenticator implements TokenAuthenticator {
  readonly #options: OidcOptions;
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  #keys: Promise<KeySet> | undefined;
  #failedAtMs = -Infinity;

  constructor(options: OidcOptions, clock: Clock, fetch: Fetch = globalThis.fetch) {
    this.#options = options;
    this.#clock = clock;
    this.#fetch = fetch;
  }

  async userOf(token: string, audiences: readonly string[]): Promise<UserInfo | undefined> {
    const { issuer, clientId } = this.#options;
    if (issuerOf(token) !== issuer) return undefined;
    if (audiences.length > 0) throw unauthorized('the token is for this server alone');
    try {
      const { payload } = await jwtVerify(token, await this.#keySet(), {
        algorithms,
        issuer,
        audience: clientId,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#clock.now()),
      });
      return userOfIdToken(payload, this.#options);
    } catch (failure) {
      throw unauthorized('the ID token is not valid', failure);
    }
  }

  /** Finds the keys of the provider. One that does not answer is not asked by every request. */
  #keySet(): Promise<KeySet> {
    if (this.#keys === undefined) {
      if (this.#clock.now() < this.#failedAtMs + pauseMs)
        throw new Error(`${this.#options.issuer} did not answer a moment ago`);
      this.#keys = this.#discover();
      this.#keys.catch(() => {
        this.#keys = undefined;
        this.#failedAtMs = this.#clock.now();
      });
    }
    return this.#keys;
  }

  /** OpenID Connect Discovery, section 4. */
  async #discover(): Promise<KeySet> {
    const { issuer } = this.#options;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await this.#fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const found = v.parse(discoverySchema, await response.json());
    if (found.issuer !== issuer) throw new Error(`${url} is about another issuer, ${found.issuer}`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: timeoutMs,
      [customFetch]: this.#fetch,
    });
  }
}

/** Names that only the server itself gives. */
const reserved = 'system:';

/**
 * Pure. Returns the user that an ID token stands for. No provider makes someone a part of the system.
 * @throws Error if the token names no user
 */
function userOfIdToken(claims: JWTPayload, options: OidcOptions): UserInfo {
  const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = options;
  const username = claims[usernameClaim];
  if (typeof username !== 'string' || username === '') throw new Error(`the token has no ${usernameClaim}`);
  if (usernameClaim === 'email' && claims['email_verified'] === false)
    throw new Error('the address of mail is not verified');
  const name = `${usernamePrefix}${username}`;
  if (name.startsWith(reserved)) throw new Error(`${name} is a name of the system`);
  const groups = textsIn(groupsClaim === undefined ? undefined : claims[groupsClaim])
    .map((group) => `${groupsPrefix}${group}`)
    .filter((group) => !group.startsWith(reserved));
  return { name, groups };
}

/** A claim of one text may be written without a list. */
const textsIn = (claim: unknown): readonly string[] =>
  [claim].flat().filter((each): each is string => typeof each === 'string');
