import { randomUUID } from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { UserInfo } from '../../request/user-info.ts';
import type { TokenAuthenticator } from '../bearer-authenticator.ts';
import {
  type BoundObject,
  type ServiceAccountClaims,
  claimsSchema,
  neededObjects,
  userOfClaims,
} from './service-account-claims.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';
import { issuerOf } from '../token-issuer.ts';
import { unauthorized } from '../unauthorized.ts';

const algorithm = 'ES256';

/** The plural names of the kinds that tokens need. */
const plurals = { ServiceAccount: 'serviceaccounts', Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

export interface ServiceAccountTokenOptions {
  readonly keys: ServiceAccountKeys;
  /** Who issues the tokens: a URL that tokens name, which is an audience too. */
  readonly issuer: string;
  readonly client: ObjectClient;
  readonly clock: Clock;
}

/** Signs tokens of service accounts, and knows the accounts by them (RFC 7519, as Kubernetes writes them). */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly #options: ServiceAccountTokenOptions;

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
  }

  /** The audiences of tokens for this server. */
  get audiences(): readonly string[] {
    return [this.#options.issuer];
  }

  async sign(
    claims: Omit<ServiceAccountClaims, 'jti'>,
    audiences: readonly string[],
    expirationSeconds: number,
  ): Promise<string> {
    const { keys, issuer, clock } = this.#options;
    const seconds = Math.floor(clock.now() / 1_000);
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: keys.keyId })
      .setIssuer(issuer)
      .setAudience([...audiences])
      .setJti(randomUUID())
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + expirationSeconds)
      .sign(keys.privateKey);
  }

  async userOf(
    token: string,
    audiences: readonly string[],
    signal: AbortSignal,
  ): Promise<UserInfo | undefined> {
    if (issuerOf(token) !== this.#options.issuer) return undefined;
    const claims = await this.#verified(token, audiences.length === 0 ? this.audiences : audiences);
    for (const object of neededObjects(claims)) await this.#checkExists(object, signal);
    return userOfClaims(claims);
  }

  async #verified(token: string, audiences: readonly string[]): Promise<ServiceAccountClaims> {
    const { keys, issuer, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys.publicKey, {
        algorithms: [algorithm],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(clock.now()),
      });
      return v.parse(claimsSchema, payload);
    } catch (failure) {
      throw unauthorized('the token of a service account is not valid', failure);
    }
  }

  /** A token ends with what it needs, also if something of the same name comes after it. */
  async #checkExists({ kind, namespace, name, uid }: BoundObject, signal: AbortSignal): Promise<void> {
    const key = { group: '', version: 'v1', resource: plurals[kind], namespace, name };
    try {
      const { metadata } = await this.#options.client.get(key, { signal });
      if (metadata.uid === uid) return;
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
    throw unauthorized(`the ${kind} "${name}", which the token needs, is gone`);
  }
}
