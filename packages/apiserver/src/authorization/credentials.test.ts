import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { BearerAuthenticator } from '../authentication/bearer-authenticator.ts';
import { makeToken } from '../authentication/token-file/stored-token.ts';
import { openTokens, requestWith } from '../authentication/tokens.sample.ts';
import { requestToken } from '../authentication/service-account/token-request.ts';
import { UnionAuthenticator } from '../authentication/union-authenticator.ts';
import { decide } from './decide.ts';
import {
  account,
  clusterRole,
  clusterRoleBinding,
  may,
  roleBinding,
  roleRef,
  role,
  rulesOf,
  user,
} from './access.sample.ts';
import type { RequestInfo, ResourceVerb } from '../request/request-info.ts';

const ignite = 'ignite.weave.works';
const hourMs = 60 * 60 * 1_000;

/** Every verb, with a name where it is about one object. */
const verbs: readonly ResourceVerb[] = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];
const targets = [
  { group: ignite, resource: 'vms' },
  { group: ignite, resource: 'vms', subresource: 'status' },
  { group: ignite, resource: 'vms', subresource: 'exec' },
  { group: '', resource: 'secrets' },
  { group: '', resource: 'serviceaccounts', subresource: 'token' },
  { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
] as const;
const requests: readonly RequestInfo[] = targets.flatMap((target) =>
  verbs.map((verb) => ({ ...target, isResource: true, version: 'v1', verb, namespace: 'home' }) as const),
);

const access = rulesOf({
  roles: [role('home', 'narrow', may('get,list', ignite, 'vms'))],
  clusterRoles: [clusterRole('all', [may('*', '*', '*')])],
  roleBindings: [roleBinding('home', roleRef('narrow'), user('narrow'), account('narrow'))],
  clusterRoleBindings: [clusterRoleBinding('all', user('right'), account('right', 'home'))],
});

const isNarrow = (request: RequestInfo): boolean =>
  request.isResource &&
  request.resource === 'vms' &&
  request.subresource === undefined &&
  ['get', 'list'].includes(request.verb);

/** Returns requests by what they show, for tokens of both sorts. */
async function credentials() {
  const at = await openTokens();
  const stored = async (name: string, ttlMs: number): Promise<IncomingMessage> => {
    const token = makeToken({ name, user: name, groups: [], createdAtMs: at.clock.now(), ttlMs });
    await at.file.add(token.stored, at.signal);
    return requestWith(`Bearer ${token.text}`);
  };
  const ofAccount = async (name: string): Promise<IncomingMessage> => {
    await at.account(name);
    const { status } = await requestToken(
      { spec: { expirationSeconds: 600 } },
      { namespace: 'home', name },
      at,
    );
    return requestWith(`Bearer ${(status as { readonly token: string }).token}`);
  };
  const expired = [await stored('expired', 1), await ofAccount('expired')];
  await at.clock.advance(hourMs);
  return {
    at,
    none: [requestWith()],
    wrong: [
      requestWith('Bearer wrong'),
      requestWith(`Bearer ${makeToken({ name: 'x', user: 'right', groups: [], createdAtMs: 0 }).text}`),
      requestWith('Basic cmlnaHQ6cmlnaHQ='),
    ],
    expired,
    narrow: [await stored('narrow', hourMs), await ofAccount('narrow')],
    right: [await stored('right', hourMs), await ofAccount('right')],
  };
}

describe('every verb and subresource by every sort of credentials', () => {
  test('none are nobody, wrong and expired ones are refused, narrow and right ones may what they may', async () => {
    const { at, none, wrong, expired, narrow, right } = await credentials();
    await using _tokens = at;
    const authenticator = new UnionAuthenticator([at.bearer]);
    const who = async (shown: IncomingMessage) => await authenticator.authenticate(shown, at.signal);
    for (const shown of none) assert.equal(await who(shown), undefined);
    for (const shown of [...wrong, ...expired]) await assert.rejects(who(shown), { code: 'UNAUTHORIZED' });
    for (const request of requests) {
      for (const shown of narrow)
        assert.equal(
          decide((await who(shown))!, request, access).isAllowed,
          isNarrow(request),
          JSON.stringify(request),
        );
      for (const shown of right)
        assert.ok(decide((await who(shown))!, request, access).isAllowed, JSON.stringify(request));
    }
    assert.equal(requests.length, 56);
  });

  test('without any authenticator of tokens, every token is refused', async () => {
    const { at, right } = await credentials();
    await using _tokens = at;
    await assert.rejects(new BearerAuthenticator([]).authenticate(right[0]!, at.signal), {
      code: 'UNAUTHORIZED',
    });
  });
});
