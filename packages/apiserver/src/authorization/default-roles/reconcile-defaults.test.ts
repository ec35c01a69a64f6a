import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '@ignite/toolkit/clock/clock';
import type { AccessRequest } from '../../request/access-request.ts';
import { asks, asksPath, clusterRoleRef, group, named } from '../access.sample.ts';
import { openAccess, until } from '../rbac.sample.ts';
import { reconcileDefaults } from './reconcile-defaults.ts';

const ignite = 'ignite.weave.works';

/** What the ready roles allow. */
const expected: Readonly<Record<string, readonly (readonly [AccessRequest, boolean])[]>> = {
  'ignite:viewer': [
    [asks('list', ignite, 'vms'), true],
    [asks('watch', ignite, 'hosts'), true],
    [asks('get', ignite, 'vms/log'), true],
    [asks('get', ignite, 'vms/exec'), false],
    [asks('create', ignite, 'vms/exec'), false],
    [asks('get', '', 'pods/exec'), false],
    [asks('update', ignite, 'vms'), false],
    [asks('get', '', 'secrets'), false],
    [asks('get', '', 'configmaps'), true],
  ],
  'ignite:operator': [
    [asks('create', ignite, 'vms'), true],
    [asks('create', ignite, 'vms/exec'), true],
    [asks('create', ignite, 'vms/portforward'), true],
    [asks('create', '', 'pods/exec'), true],
    [asks('list', ignite, 'vms'), true],
    [asks('delete', ignite, 'hosts'), false],
    [asks('update', ignite, 'vms/status'), false],
    [asks('get', '', 'secrets'), false],
    [asks('create', 'rbac.authorization.k8s.io', 'clusterrolebindings'), false],
  ],
  'ignite:admin': [
    [asks('create', ignite, 'vms/exec'), true],
    [asks('delete', ignite, 'hosts'), true],
    [asks('get', '', 'secrets'), true],
    [asks('create', 'rbac.authorization.k8s.io', 'clusterrolebindings'), false],
    [asks('create', '', 'serviceaccounts/token'), false],
  ],
  view: [
    [asks('list', ignite, 'vms'), true],
    [asks('get', '', 'secrets'), false],
    [asks('get', 'rbac.authorization.k8s.io', 'roles'), false],
  ],
  edit: [
    [asks('create', ignite, 'vms'), true],
    [asks('create', '', 'secrets'), true],
    [asks('create', '', 'serviceaccounts/token'), true],
    [asks('create', 'rbac.authorization.k8s.io', 'rolebindings'), false],
  ],
  admin: [
    [asks('create', 'rbac.authorization.k8s.io', 'rolebindings'), true],
    [asks('create', 'rbac.authorization.k8s.io', 'clusterrolebindings'), false],
    [asks('create', ignite, 'vms/exec'), true],
  ],
  'cluster-admin': [
    [asks('anything', 'x', 'y/z'), true],
    [asksPath('post', '/anything'), true],
  ],
};

describe('default roles', () => {
  test('each allows what it is for, and no more', async () => {
    await using access = openAccess();
    const { authorizer, bindings, client, signal } = access;
    await reconcileDefaults(client, signal);
    for (const [role, cases] of Object.entries(expected)) {
      await bindings.create({
        metadata: { name: `test-${role}` },
        roleRef: clusterRoleRef(role),
        subjects: [{ ...group(role), apiGroup: 'rbac.authorization.k8s.io' }],
      });
      await until(async () =>
        JSON.stringify([...(await authorizer.rules(signal)).bindings]).includes(`test-${role}`),
      );
      for (const [request, isAllowed] of cases)
        assert.equal(
          (await authorizer.authorize(named('x', role), request, signal)).isAllowed,
          isAllowed,
          JSON.stringify({ role, request }),
        );
    }
  });

  test('everybody sees health and version, and whoever is known sees what there is and what they may do', async () => {
    await using access = openAccess();
    const { authorizer, client, signal } = access;
    await reconcileDefaults(client, signal);
    const [anonymous, known] = [
      named('system:anonymous', 'system:unauthenticated'),
      named('ada', 'system:authenticated'),
    ];
    const selfReview = asks('create', 'authorization.k8s.io', 'selfsubjectaccessreviews');
    for (const [who, request, isAllowed] of [
      [anonymous, asksPath('get', '/readyz'), true],
      [anonymous, asksPath('get', '/version'), true],
      [anonymous, asksPath('get', '/readyz/store'), false],
      [anonymous, asksPath('get', '/api'), false],
      [anonymous, asksPath('get', '/metrics'), false],
      [anonymous, selfReview, false],
      [known, asksPath('get', '/apis/apps'), true],
      [known, asksPath('get', '/metrics'), false],
      [known, selfReview, true],
      [known, asks('list', ignite, 'vms'), false],
    ] as const) {
      await until(async () => (await authorizer.rules(signal)).roles.size > 10);
      assert.equal(
        (await authorizer.authorize(who, request, signal)).isAllowed,
        isAllowed,
        JSON.stringify({ who, request }),
      );
    }
  });

  test('what is missing is added again, what was added stays, and who is annotated is left alone', async () => {
    await using access = openAccess();
    const { bindings, client, roles, signal } = access;
    await reconcileDefaults(client, signal);
    const extra = { verbs: ['get'], apiGroups: ['extra'], resources: ['things'] };
    const name = 'ignite:viewer';
    const before = await roles.get({ name });
    await roles.modify({ name }, (role) => ({ ...role, rules: [extra] }));
    await roles.modify({ name: 'ignite:operator' }, (role) => ({
      ...role,
      metadata: {
        ...role.metadata,
        annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' },
      },
      rules: [],
    }));
    await bindings.modify({ name: 'system:discovery' }, (binding) => ({ ...binding, subjects: [] }));
    await reconcileDefaults(client, signal);
    const { rules } = await roles.get({ name });
    assert.deepEqual(rules[0], extra);
    assert.ok(rules.length >= before.rules.length);
    assert.deepEqual((await roles.get({ name: 'ignite:operator' })).rules, []);
    assert.equal((await bindings.get({ name: 'system:discovery' })).subjects.length, 1);
  });

  test('a second start changes nothing', async () => {
    await using access = openAccess();
    const { client, roles, signal } = access;
    const gathered = async () => (await roles.get({ name: 'admin' })).rules.length > 0;
    await reconcileDefaults(client, signal);
    await until(gathered);
    await systemClock.sleep(50, signal);
    const { resourceVersion } = await roles.list();
    await reconcileDefaults(client, signal);
    assert.equal((await roles.list()).resourceVersion, resourceVersion);
  });

  test('roles that gather others show what they gathered', async () => {
    await using access = openAccess();
    const { client, roles, signal } = access;
    await reconcileDefaults(client, signal);
    const shows = async (name: string, group: string): Promise<boolean> =>
      (await roles.get({ name })).rules.some(({ apiGroups }) => apiGroups?.includes(group));
    await until(async () => (await shows('view', ignite)) && (await shows('admin', ignite)));
    await roles.create({
      metadata: { name: 'mine', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ verbs: ['get'], apiGroups: ['example.org'], resources: ['things'] }],
    });
    await until(() => shows('admin', 'example.org'));
  });
});
