import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BearerAuthenticator } from '../authentication/bearer-authenticator.ts';
import { makeToken } from '../authentication/token-file/stored-token.ts';
import { openTokens } from '../authentication/tokens.sample.ts';
import { TokenFileAuthenticator } from '../authentication/token-file/token-file-authenticator.ts';
import { UnionAuthenticator } from '../authentication/union-authenticator.ts';
import { reconcileDefaults } from '../authorization/default-roles/reconcile-defaults.ts';
import { RbacAuthorizer } from '../authorization/rbac-authorizer.ts';
import { AccessServices } from '../reviews/access-services.ts';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { serveGarden } from './api-server.sample.ts';

const authorization = 'authorization.k8s.io/v1';

/** A server with the ready roles, and a token of a user. */
async function openServer(user: string, groups: readonly string[] = []) {
  const tokens = await openTokens();
  const { client, clock, signal } = tokens;
  await reconcileDefaults(client, signal);
  const stop = new AbortController();
  const authorizer = new RbacAuthorizer({ client, clock, log: () => {} });
  const running = authorizer.run(stop.signal);
  const bearer = new BearerAuthenticator([new TokenFileAuthenticator(tokens.file, clock), tokens.tokens]);
  const access = new AccessServices({
    ...{ client, authorizer, bearer, clock },
    tokens: tokens.tokens,
    served: () => [],
  });
  const authenticator = new UnionAuthenticator([bearer]);
  const garden = await serveGarden(new MemoryStore(), { client, authenticator, authorizer, access });
  const { text, stored } = makeToken({ name: user, user, groups, createdAtMs: clock.now() });
  await tokens.file.add(stored, signal);
  return {
    ...tokens,
    ask: async (path: string, body?: object, token = text) => {
      const answer = await fetch(`${garden.url}${path}`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      return { code: answer.status, content: (await answer.json()) as Readonly<Record<string, unknown>> };
    },
    [Symbol.asyncDispose]: async () => {
      await garden[Symbol.asyncDispose]();
      stop.abort();
      await running;
      await tokens[Symbol.asyncDispose]();
    },
  };
}

const review = (resourceAttributes: object) => ({
  apiVersion: authorization,
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes },
});

describe('a server with roles', () => {
  test('whoever has no role may ask what he may, and not more', async () => {
    await using server = await openServer('ada');
    const path = `/apis/${authorization}/selfsubjectaccessreviews`;
    const { code, content } = await server.ask(path, review({ verb: 'list', resource: 'secrets' }));
    assert.deepEqual([code, content['status']], [201, { allowed: false }]);
    assert.equal((await server.ask('/api/v1/secrets')).code, 403);
    assert.equal((await server.ask('/api/v1/secrets', undefined, 'wrong')).code, 401);
  });

  test('a service account gets a token, with which it is known', async () => {
    await using server = await openServer('root', ['system:masters']);
    await server.account('robot');
    const path = '/api/v1/namespaces/home/serviceaccounts/robot/token';
    const { code, content } = await server.ask(path, { spec: {} });
    assert.equal(code, 201);
    const { token } = content['status'] as { readonly token: string };
    const self = await server.ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, token);
    assert.partialDeepStrictEqual(self.content['status'], {
      userInfo: { username: 'system:serviceaccount:home:robot' },
    });
    assert.equal((await server.ask(path, { spec: {} }, token)).code, 403);
    assert.equal((await server.ask(path, { spec: { expirationSeconds: 1 } })).code, 422);
  });
});
