import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  account,
  asks,
  asksPath,
  clusterRole,
  clusterRoleBinding,
  clusterRoleRef,
  group,
  may,
  mayAt,
  named,
  role,
  roleBinding,
  roleRef,
  rulesOf,
  user,
} from './access.sample.ts';
import { decide } from './decide.ts';

const access = rulesOf({
  roles: [role('home', 'pod-reader', may('get,list', '', 'pods'))],
  clusterRoles: [
    clusterRole('node-reader', [may('get', '', 'nodes'), mayAt('get', '/metrics')]),
    clusterRole('writer', [may('create', '', 'pods')]),
  ],
  roleBindings: [
    roleBinding('home', roleRef('pod-reader'), user('ada'), account('robot')),
    roleBinding('home', clusterRoleRef('writer'), group('devs')),
    roleBinding('home', clusterRoleRef('node-reader'), user('bob')),
    roleBinding('work', roleRef('pod-reader'), user('ada')),
    roleBinding('work', roleRef('gone'), user('ada')),
  ],
  clusterRoleBindings: [
    clusterRoleBinding('node-reader', user('eve'), account('robot', 'work'), account('stray')),
  ],
});
const home = { namespace: 'home' };

describe('decide', () => {
  test('what is bound to users, groups and service accounts is allowed where it is bound', () => {
    for (const [who, request, isAllowed] of [
      [named('ada'), asks('get', '', 'pods', home), true],
      [named('ada'), asks('delete', '', 'pods', home), false],
      // A Role is one of its own namespace, and a list of all namespaces is of none.
      [named('ada'), asks('get', '', 'pods', { namespace: 'work' }), false],
      [named('ada'), asks('list', '', 'pods'), false],
      [named('Ada'), asks('get', '', 'pods', home), false],
      [named('dan', 'devs'), asks('create', '', 'pods', home), true],
      [named('devs'), asks('create', '', 'pods', home), false],
      [named('dan', 'devs'), asks('create', '', 'pods', { namespace: 'work' }), false],
      [named('system:serviceaccount:home:robot'), asks('get', '', 'pods', home), true],
      [named('system:serviceaccount:work:robot'), asks('get', '', 'pods', home), false],
      [named('system:serviceaccount:work:robot'), asks('get', '', 'nodes'), true],
      [named('system:serviceaccount:home:robot'), asks('get', '', 'nodes'), false],
      // An account without a namespace is nobody in a binding of the cluster.
      [named('system:serviceaccount::stray'), asks('get', '', 'nodes'), false],
      [named('eve'), asks('get', '', 'nodes', { name: 'n1' }), true],
      [named('eve'), asks('get', '', 'nodes', home), true],
      [named('eve'), asksPath('get', '/metrics'), true],
      // Bound in a namespace, a ClusterRole gives nothing outside it.
      [named('bob'), asks('get', '', 'nodes'), false],
      [named('bob'), asksPath('get', '/metrics'), false],
      [named('anyone', 'system:masters'), asks('delete', 'x', 'y/z'), true],
      [named('system:masters'), asks('get', '', 'pods', home), false],
      [named(''), asks('get', '', 'pods', home), false],
    ] as const)
      assert.equal(decide(who, request, access).isAllowed, isAllowed, JSON.stringify({ who, request }));
  });

  test('the reason names the binding and the role, or the role that does not exist', () => {
    const reason = (...asked: readonly [Parameters<typeof decide>[0], Parameters<typeof decide>[1]]) =>
      decide(...asked, access).reason;
    assert.equal(
      reason(named('ada'), asks('get', '', 'pods', home)),
      'RBAC: allowed by RoleBinding "b-pod-reader/home" of Role "pod-reader" to User "ada"',
    );
    assert.equal(
      reason(named('eve'), asks('get', '', 'nodes')),
      'RBAC: allowed by ClusterRoleBinding "b-node-reader" of ClusterRole "node-reader" to User "eve"',
    );
    assert.match(
      reason(named('ada'), asks('get', '', 'pods', { namespace: 'work' })),
      /^RBAC: .*role\.rbac\.authorization\.k8s\.io "gone" not found$/,
    );
    assert.equal(reason(named('bob'), asks('get', '', 'pods')), '');
  });
});

describe('roles that gather others', () => {
  const gathers = (name: string, label: string, labels = {}) => ({
    ...clusterRole(name, [may('own', '', 'rules')], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
  });
  const gathering = rulesOf({
    clusterRoles: [
      gathers('admin', 'to-admin', { 'to-view': 'true' }),
      gathers('view', 'to-view', { 'to-admin': 'true' }),
      clusterRole('a', [may('get', '', 'pods')], { 'to-view': 'true' }),
      clusterRole('b', [may('get', '', 'nodes')], { 'to-admin': 'true' }),
      clusterRole('c', [may('get', '', 'secrets')], { 'to-admin': 'false' }),
    ],
    clusterRoleBindings: [clusterRoleBinding('admin', user('ada'))],
  });

  test('they have the rules of all that they select, also through others and in a circle, and none else', () => {
    for (const [request, isAllowed] of [
      [asks('get', '', 'pods'), true],
      [asks('get', '', 'nodes'), true],
      [asks('get', '', 'secrets'), false],
      [asks('own', '', 'rules'), false],
    ] as const)
      assert.equal(decide(named('ada'), request, gathering).isAllowed, isAllowed, JSON.stringify(request));
  });
});
