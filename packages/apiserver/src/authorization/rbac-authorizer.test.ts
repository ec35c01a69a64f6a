import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clusterRoleBindingKind } from '@ignite/toolkit/access/binding';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { asks, clusterRoleRef, group, named } from './access.sample.ts';
import { reconcileDefaults } from './default-roles/reconcile-defaults.ts';
import { RbacAuthorizer } from './rbac-authorizer.ts';
import { openAccess, until } from './rbac.sample.ts';

describe('RbacAuthorizer', () => {
  test('decides by what is in the store, and hears of changes', async () => {
    await using access = openAccess();
    const { authorizer, bindings, client, signal } = access;
    await reconcileDefaults(client, signal);
    const isAllowed = async (): Promise<boolean> =>
      (await authorizer.authorize(named('ada', 'ops'), asks('delete', '', 'nodes'), signal)).isAllowed;
    assert.equal(await isAllowed(), false);
    await bindings.create({
      metadata: { name: 'ops' },
      roleRef: clusterRoleRef('cluster-admin'),
      subjects: [{ ...group('ops'), apiGroup: 'rbac.authorization.k8s.io' }],
    });
    await until(isAllowed);
    await bindings.delete({ name: 'ops' });
    await until(async () => !(await isAllowed()));
  });

  test('a question whose signal aborts before the roles are known is not answered', async () => {
    using store = new MemoryStore();
    const client = new StoreObjectClient(store, [servedKindOf(clusterRoleBindingKind)]);
    const authorizer = new RbacAuthorizer({ client, clock: systemClock, log: () => {} });
    const stop = new AbortController();
    const asked = authorizer.authorize(named('ada'), asks('get', '', 'pods'), stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(asked, { message: 'enough' });
  });
});
