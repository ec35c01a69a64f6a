import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { ObjectError } from '../client/object-error.ts';
import { MemoryStore } from '../store/memory.ts';
import { clusterRoleBindingKind, roleBindingKind } from './binding.ts';
import { accessKinds } from './kinds.ts';
import { selectsLabels } from './label-selector.ts';
import { clusterRoleBindingResource } from './resources/binding.ts';
import { clusterRoleKind, roleKind } from './role.ts';

const rbac = 'rbac.authorization.k8s.io';
const [roles, clusterRoles, roleBindings, clusterRoleBindings] = [
  roleKind,
  clusterRoleKind,
  roleBindingKind,
  clusterRoleBindingKind,
].map(servedKindOf) as [Served, Served, Served, Served];
type Served = ReturnType<typeof servedKindOf>;

const create = async (served: Served, fields: object, name = 'a:b') => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, accessKinds.map(servedKindOf));
  const namespace = served.isNamespaced ? { namespace: 'home' } : {};
  const object = { apiVersion: `${rbac}/v1`, kind: served.kind, metadata: { name, ...namespace }, ...fields };
  return await client.create(served, object);
};

/** Returns the paths of the fields for which an object is refused. */
const refused = async (served: Served, fields: object, name?: string): Promise<readonly string[]> => {
  try {
    await create(served, fields, name);
  } catch (failure) {
    if (failure instanceof ObjectError && failure.code === 'INVALID')
      return failure.causes.map(({ field }) => field);
    throw failure;
  }
  return [];
};

const binding = (subjects: readonly object[], roleRef: object = { kind: 'ClusterRole', name: 'view' }) => ({
  roleRef,
  subjects,
});

describe('roles', () => {
  test('a role may have a name with colons, and no rules', async () => {
    assert.deepEqual((await create(clusterRoles, { rules: null }))['rules'], []);
    assert.deepEqual(await refused(roles, {}, 'a/b'), ['metadata.name']);
  });

  test('every rule is about resources of groups, or about paths, and all that is wrong is told', async () => {
    const rules = [
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      { verbs: [], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], resources: ['pods'] },
      { verbs: [], apiGroups: [] },
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      { verbs: ['get'], nonResourceURLs: ['/healthz'], apiGroups: [''] },
    ];
    const ofAny = [
      'rules[1].verbs',
      'rules[2].apiGroups',
      'rules[3].verbs',
      'rules[3].apiGroups',
      'rules[3].resources',
    ];
    assert.deepEqual(await refused(clusterRoles, { rules }), [...ofAny, 'rules[5].nonResourceURLs']);
    assert.deepEqual(await refused(roles, { rules }), [
      ...ofAny,
      ...['rules[4].nonResourceURLs', 'rules[5].nonResourceURLs', 'rules[5].nonResourceURLs'],
    ]);
  });

  test('an aggregation rule selects by labels', async () => {
    const selecting = (clusterRoleSelectors: readonly object[]) => ({
      aggregationRule: { clusterRoleSelectors },
    });
    assert.deepEqual(await refused(clusterRoles, selecting([{ matchLabels: { a: 'b' } }, {}])), []);
    assert.deepEqual(await refused(clusterRoles, selecting([])), ['aggregationRule.clusterRoleSelectors']);
    const expressions = [
      { key: 'a', operator: 'In', values: [] },
      { key: 'a', operator: 'Exists', values: ['b'] },
      { key: 'a', operator: 'Near' },
    ];
    const at = 'aggregationRule.clusterRoleSelectors[0].matchExpressions';
    assert.deepEqual(await refused(clusterRoles, selecting([{ matchExpressions: expressions }])), [
      `${at}[0].values`,
      `${at}[1].values`,
      `${at}[2].operator`,
    ]);
  });
});

describe('bindings', () => {
  test('API groups are filled in where Kubernetes fills them in', async () => {
    const subjects = [
      { kind: 'User', name: 'ada' },
      { kind: 'ServiceAccount', name: 'x' },
    ];
    const { roleRef, subjects: bound } = await create(roleBindings, binding(subjects));
    assert.deepEqual(roleRef, { kind: 'ClusterRole', name: 'view', apiGroup: rbac });
    assert.deepEqual(bound, [
      { kind: 'User', name: 'ada', apiGroup: rbac },
      { kind: 'ServiceAccount', name: 'x' },
    ]);
  });

  test('everything that is wrong with subjects and the role is told', async () => {
    const subjects = [
      { kind: 'User', name: '' },
      { kind: 'Group', name: 'g', apiGroup: 'x' },
      { kind: 'ServiceAccount', name: 'A_b', apiGroup: rbac },
      { kind: 'Robot', name: 'r' },
    ];
    const wrong = [
      'roleRef.kind',
      'roleRef.name',
      'subjects[0].name',
      'subjects[1].apiGroup',
      'subjects[2].apiGroup',
      'subjects[2].name',
      'subjects[3].kind',
    ];
    assert.deepEqual(await refused(roleBindings, binding(subjects, { kind: 'User', name: '' })), wrong);
    assert.deepEqual(await refused(roleBindings, {}), ['roleRef']);
  });

  test('a binding of the cluster gives no role of a namespace, and names the namespace of accounts', async () => {
    const subjects = [{ kind: 'ServiceAccount', name: 'x' }];
    assert.deepEqual(await refused(clusterRoleBindings, binding(subjects, { kind: 'Role', name: 'r' })), [
      'roleRef.kind',
      'subjects[0].namespace',
    ]);
  });

  test('the role of a binding stays', async () => {
    using store = new MemoryStore();
    const client = new StoreObjectClient(store, [roleBindings]);
    const made = await client.create(roleBindings, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'home' },
      ...binding([]),
    });
    const other = { ...made, roleRef: { ...(made['roleRef'] as object), name: 'admin' } };
    await assert.rejects(client.update(roleBindings, other), { code: 'INVALID' });
    await client.update(roleBindings, { ...made, subjects: [{ kind: 'User', name: 'ada' }] });
  });

  test('a wide table shows who has the role', async () => {
    const made = await create(
      clusterRoleBindings,
      binding([
        { kind: 'User', name: 'ada' },
        { kind: 'User', name: 'bob' },
        { kind: 'Group', name: 'ops' },
        { kind: 'ServiceAccount', name: 'robot', namespace: 'home' },
      ]),
    );
    const cells = clusterRoleBindingResource.columns.map((column) =>
      column.cell(made as never, Date.parse(made.metadata.creationTimestamp)),
    );
    assert.deepEqual(cells, ['a:b', 'ClusterRole/view', '0s', 'ada, bob', 'ops', 'home/robot']);
  });
});

test('selectsLabels: labels and expressions must all be fulfilled', () => {
  const selector = {
    matchLabels: { tier: 'web' },
    matchExpressions: [{ key: 'old', operator: 'DoesNotExist' }],
  } as const;
  assert.ok(selectsLabels(selector, { tier: 'web' }));
  assert.ok(!selectsLabels(selector, { tier: 'web', old: '' }));
  assert.ok(!selectsLabels(selector, { tier: 'db' }));
  assert.ok(selectsLabels({}, {}));
});
