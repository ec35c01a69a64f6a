import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { serviceAccountResource } from '@ignite/toolkit/access/resources/service-account';
import type { BearerAuthenticator } from '../authentication/bearer-authenticator.ts';
import type { ServiceAccountTokens } from '../authentication/service-account/service-account-tokens.ts';
import { requestToken } from '../authentication/service-account/token-request.ts';
import type { RbacAuthorizer } from '../authorization/rbac-authorizer.ts';
import { isMaster } from '../authorization/decide.ts';
import { CheckedClient } from '../authorization/writes/checked-client.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { reviews } from './reviews.ts';

export interface AccessOptions {
  readonly client: ObjectClient;
  readonly authorizer: RbacAuthorizer;
  readonly bearer: BearerAuthenticator;
  readonly tokens: ServiceAccountTokens;
  readonly clock: Clock;
  /** Returns the kinds that are served now. */
  readonly served: () => readonly ServedResource[];
}

/** A request that may be a question about access. */
export interface AccessQuestion {
  readonly info: ResourceRequest;
  readonly user: UserInfo;
  /** Reads what was sent. */
  readonly body: () => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** What a server does about access beyond letting requests through: it limits writes, and answers questions. */
export class AccessServices {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Returns the client with which a user writes. Nothing is looked for in what somebody writes who may do everything. */
  clientFor(user: UserInfo, signal: AbortSignal): ObjectClient {
    const { client, authorizer, served } = this.#options;
    if (isMaster(user)) return client;
    return new CheckedClient({ client, user, served, rules: async () => await authorizer.rules(signal) });
  }

  /** Answers a review, or a request for a token; returns undefined if it is neither. */
  async answer(question: AccessQuestion): Promise<unknown> {
    const { info, signal } = question;
    if (info.verb !== 'create') return undefined;
    if (isTokenRequest(info)) {
      const { namespace = '', name = '' } = info;
      return await requestToken(await question.body(), { namespace, name }, { ...this.#options, signal });
    }
    return await this.#review(question);
  }

  async #review({ info, user, body, signal }: AccessQuestion): Promise<unknown> {
    const review = reviews.get(info.resource);
    if (review?.group !== info.group || review.version !== info.version || info.subresource !== undefined)
      return undefined;
    const { authorizer, bearer } = this.#options;
    const object = (await body()) as Readonly<Record<string, unknown>>;
    return await review.answer(
      { user, object, namespace: info.namespace },
      {
        rules: async () => await authorizer.rules(signal),
        userOfToken: async (token, audiences) => await bearer.userOfToken(token, audiences, signal),
      },
    );
  }
}

const isTokenRequest = ({ group, resource, subresource }: ResourceRequest): boolean =>
  group === '' && resource === serviceAccountResource.plural && subresource === 'token';
