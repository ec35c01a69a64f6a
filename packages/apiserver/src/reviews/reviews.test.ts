import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import {
  clusterRole,
  clusterRoleBinding,
  may,
  mayAt,
  named,
  role,
  roleBinding,
  roleRef,
  rulesOf,
  user,
} from '../authorization/access.sample.ts';
import type { Question } from './review.ts';
import { reviews } from './reviews.ts';

const rules = rulesOf({
  roles: [role('home', 'reader', may('get', '', 'pods'), may('create', '', 'pods/exec', 'web'))],
  clusterRoles: [clusterRole('seer', [mayAt('get', '/metrics')])],
  roleBindings: [roleBinding('home', roleRef('reader'), user('ada'))],
  clusterRoleBindings: [clusterRoleBinding('seer', user('ada'))],
});
/** A token for several, whose signature nobody checks here. */
const forVault = [{ alg: 'ES256' }, { aud: ['vault', 'store'] }, 'good']
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const ada = named('ada', 'system:authenticated');

async function ask(plural: string, spec: unknown, of: Partial<Question> = {}) {
  const review = reviews.get(plural)!;
  const { group, version, kind } = review;
  const object = { apiVersion: `${group}/${version}`, kind, spec };
  return await review.answer(
    { user: ada, object, ...of },
    {
      rules: async () => rules,
      userOfToken: async (token) => {
        if (token === 'good' || token === forVault) return named('robot', 'g');
        throw new ObjectError('UNAUTHORIZED', 'the token is not valid');
      },
    },
  );
}
const wrongFields = async (...asked: Parameters<typeof ask>): Promise<readonly string[]> => {
  try {
    await ask(...asked);
  } catch (failure) {
    if (failure instanceof ObjectError && failure.code === 'INVALID')
      return failure.causes.map(({ field }) => field);
    throw failure;
  }
  return [];
};
const get = { verb: 'get', resource: 'pods', namespace: 'home' };

describe('reviews of access', () => {
  test('whoever asks about themselves is answered by their rules', async () => {
    const spec = { resourceAttributes: get };
    const answer = await ask('selfsubjectaccessreviews', spec);
    assert.deepEqual(answer, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: { creationTimestamp: null },
      spec,
      status: {
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "b-reader/home" of Role "reader" to User "ada"',
      },
    });
    for (const [attributes, allowed] of [
      [{ resourceAttributes: { ...get, namespace: '' } }, false],
      [{ resourceAttributes: { ...get, subresource: 'exec', verb: 'create', name: 'web' } }, true],
      [{ resourceAttributes: { ...get, subresource: 'exec', verb: 'create', name: 'db' } }, false],
      [{ nonResourceAttributes: { verb: 'get', path: '/metrics' } }, true],
      [{ nonResourceAttributes: { verb: 'get', path: '/livez' } }, false],
    ] as const) {
      const { status } = await ask('selfsubjectaccessreviews', attributes);
      assert.equal((status as { readonly allowed: boolean }).allowed, allowed, JSON.stringify(attributes));
    }
  });

  test('a question about someone else names them, and says nothing of who asks', async () => {
    const spec = { resourceAttributes: get };
    const statusOf = async (more: object) =>
      (await ask('subjectaccessreviews', { ...spec, ...more }))['status'];
    assert.deepEqual(await statusOf({ user: 'bob' }), { allowed: false });
    assert.deepEqual(await statusOf({ groups: ['system:masters'] }), { allowed: true });
    assert.deepEqual(await wrongFields('subjectaccessreviews', spec), ['spec.user']);
  });

  test('a question in a namespace is about that namespace', async () => {
    const plural = 'localsubjectaccessreviews';
    const spec = { user: 'ada', resourceAttributes: get };
    const { status } = await ask(plural, spec, { namespace: 'home' });
    assert.equal((status as { readonly allowed: boolean }).allowed, true);
    assert.deepEqual(await wrongFields(plural, spec, { namespace: 'work' }), [
      'spec.resourceAttributes.namespace',
    ]);
    const ofPath = { user: 'ada', nonResourceAttributes: { verb: 'get', path: '/metrics' } };
    assert.deepEqual(await wrongFields(plural, ofPath, { namespace: 'home' }), [
      'spec.nonResourceAttributes',
    ]);
  });

  test('a question that is none is refused', async () => {
    const both = { resourceAttributes: get, nonResourceAttributes: { verb: 'get', path: '/' } };
    for (const spec of [{}, both])
      assert.deepEqual(await wrongFields('selfsubjectaccessreviews', spec), ['spec.resourceAttributes']);
    assert.deepEqual(await wrongFields('selfsubjectaccessreviews', undefined), ['spec']);
    const wrong = { resourceAttributes: { verb: 3 } };
    assert.deepEqual(await wrongFields('selfsubjectaccessreviews', wrong), ['spec.resourceAttributes.verb']);
  });

  test('rules are listed for a namespace, those about resources and those about paths', async () => {
    const { status } = await ask('selfsubjectrulesreviews', { namespace: 'home' });
    assert.deepEqual(status, {
      resourceRules: [may('get', '', 'pods'), may('create', '', 'pods/exec', 'web')],
      nonResourceRules: [mayAt('get', '/metrics')],
      incomplete: false,
    });
    await assert.rejects(ask('selfsubjectrulesreviews', {}), { code: 'BAD_REQUEST' });
  });
});

describe('reviews of users', () => {
  test('whoever asks learns who they are', async () => {
    assert.deepEqual(await ask('selfsubjectreviews', undefined, { user: { ...ada, uid: 'u' } }), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: { creationTimestamp: null },
      status: { userInfo: { username: 'ada', uid: 'u', groups: ['system:authenticated'] } },
    });
  });

  test('a token is said to be whose it is, and never repeated', async () => {
    const good = await ask('tokenreviews', { token: 'good' });
    const user = { username: 'robot', groups: ['g'] };
    assert.deepEqual(good['status'], { authenticated: true, user });
    const asked = await ask('tokenreviews', { token: forVault, audiences: ['a', 'vault'] });
    assert.deepEqual(asked['status'], { authenticated: true, user, audiences: ['vault'] });
    const bad = await ask('tokenreviews', { token: 'stolen' });
    assert.deepEqual(bad['status'], { user: {}, error: 'the token is not valid' });
    assert.doesNotMatch(JSON.stringify([good, bad]), /"good"|stolen/);
    assert.deepEqual(await wrongFields('tokenreviews', {}), ['spec.token']);
  });
});
