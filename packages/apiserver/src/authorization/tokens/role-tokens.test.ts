import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NewToken } from '@ignite/api/client/token-client';
import { openTokens, requestWith } from '../../authentication/tokens.sample.ts';
import { clientKinds } from '../access-kinds.ts';
import { RoleTokens } from './role-tokens.ts';

async function openRoleTokens() {
  const at = await openTokens();
  const tokens = new RoleTokens(at);
  return {
    ...at,
    roleTokens: tokens,
    create: async (wanted: Partial<NewToken>) =>
      await tokens.create({ name: 'ada', groups: [], ...wanted }, at.signal),
    bindings: async () =>
      (await at.client.list(clientKinds.clusterRoleBindings)).items.map(({ metadata, ...rest }) => [
        metadata.name,
        (rest['roleRef'] as { readonly name: string }).name,
      ]),
  };
}

describe('RoleTokens', () => {
  test('a token is known as its user, who has the role until the token is removed', async () => {
    await using at = await openRoleTokens();
    const text = await at.create({ role: 'viewer', groups: ['ops'], ttlMs: 60_000 });
    const request = requestWith(`Bearer ${text}`);
    assert.deepEqual(await at.bearer.authenticate(request, at.signal), { name: 'ada', groups: ['ops'] });
    assert.deepEqual(await at.bindings(), [['ignite:token:ada', 'ignite:viewer']]);
    const time = (ms: number) => new Date(at.clock.now() + ms).toISOString();
    assert.deepEqual(await at.roleTokens.list(at.signal), [
      { name: 'ada', groups: ['ops'], role: 'ignite:viewer', createdAt: time(0), expiresAt: time(60_000) },
    ]);
    await at.roleTokens.remove('ada', at.signal);
    await assert.rejects(at.bearer.authenticate(request, at.signal), { code: 'UNAUTHORIZED' });
    assert.deepEqual(await at.bindings(), []);
    await assert.rejects(at.roleTokens.remove('ada', at.signal), { code: 'TOKEN_NOT_FOUND' });
  });

  test('a token without a role gives none, not even one that was left of another token', async () => {
    await using at = await openRoleTokens();
    await at.create({ role: 'admin' });
    await at.file.remove('ada', at.signal);
    await at.create({});
    assert.deepEqual(await at.bindings(), []);
    assert.partialDeepStrictEqual(await at.roleTokens.list(at.signal), [
      { name: 'ada', expiresAt: undefined },
    ]);
  });

  test('a name is taken once, and its role stays', async () => {
    await using at = await openRoleTokens();
    await at.create({ role: 'viewer' });
    await assert.rejects(at.create({ role: 'admin' }), { code: 'TOKEN_EXISTS' });
    assert.deepEqual(await at.bindings(), [['ignite:token:ada', 'ignite:viewer']]);
  });

  test('a token whose role could not be given is not made', async () => {
    await using at = await openRoleTokens();
    at.client.create = async () => Promise.reject(new Error('the disk is full'));
    await assert.rejects(at.create({ role: 'viewer' }), /disk is full/);
    assert.deepEqual(await at.file.list(), []);
  });

  test('nobody gets the name or the groups of a part of the system', async () => {
    await using at = await openRoleTokens();
    for (const wanted of [
      { name: 'system:admin' },
      { name: '' },
      { name: 'a b' },
      { name: `${'a'.repeat(64)}` },
      { name: '../a' },
      { groups: ['system:masters'] },
      { groups: [''] },
    ])
      await assert.rejects(at.create(wanted), { code: 'TOKEN_INVALID' }, JSON.stringify(wanted));
  });
});
