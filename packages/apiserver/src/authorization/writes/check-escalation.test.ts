import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import {
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
} from '../access.sample.ts';
import { checkEscalation } from './check-escalation.ts';
import { uncoveredRules } from './uncovered-rules.ts';

describe('uncoveredRules', () => {
  const isCovered = (held: readonly PolicyRule[], rules: readonly PolicyRule[]): boolean =>
    uncoveredRules(held, rules).length === 0;

  test('each right must be within one of the rules that someone has', () => {
    for (const [held, asked, covered] of [
      [may('*', '*', '*'), may('get,escalate', 'x', 'y/z', 'n'), true],
      [may('get', '', 'pods'), may('get', '', 'pods', 'a'), true],
      [may('get', '', 'pods', 'a'), may('get', '', 'pods'), false],
      [may('get', '', 'pods', 'a', 'b'), may('get', '', 'pods', 'b'), true],
      [may('get', '', 'pods', 'a'), may('get', '', 'pods', 'a', 'b'), false],
      [may('get,list', '', 'pods'), may('*', '', 'pods'), false],
      [may('get', '', 'pods'), may('get', '*', 'pods'), false],
      [may('get', '', 'pods,nodes'), may('get', '', '*'), false],
      [may('get', '', '*/scale'), may('get', '', 'pods/scale'), true],
      [may('get', '', '*/scale'), may('get', '', 'pods'), false],
      [may('get', '', 'pods'), may('get', '', 'pods/scale'), false],
      [mayAt('get', '/api/*'), mayAt('get', '/api/v1', '/api/*'), true],
      [mayAt('get', '/api/*'), mayAt('get', '*'), false],
      [mayAt('get', '*'), mayAt('get', '/x/*'), true],
      [mayAt('get', '/x'), mayAt('post', '/x'), false],
      [may('*', '*', '*'), mayAt('get', '/x'), false],
    ] as const)
      assert.equal(isCovered([held], [asked]), covered, JSON.stringify({ held, asked }));
    assert.ok(
      isCovered([may('get', '', 'pods'), may('list', '', 'nodes,pods')], [may('get,list', '', 'pods')]),
    );
    assert.ok(!isCovered([may('get', '', 'pods'), may('list', '', 'nodes')], [may('get', '', 'nodes')]));
    assert.ok(isCovered([], []));
  });

  test('what is not within them is told by resource, with its verbs together', () => {
    assert.deepEqual(
      uncoveredRules([may('get', '', 'pods')], [may('get,list,watch', '', 'pods,nodes'), mayAt('get', '/x')]),
      [
        { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
        { nonResourceURLs: ['/x'], verbs: ['get'] },
      ],
    );
  });
});

const rbac = 'rbac.authorization.k8s.io';
const access = rulesOf({
  roles: [role('home', 'keeper', may('get', '', 'pods')), role('home', 'root', may('*', '*', '*'))],
  clusterRoles: [
    clusterRole('reader', [may('get', '', 'pods')]),
    clusterRole('escalator', [may('escalate', rbac, 'roles')]),
    clusterRole('binder', [may('bind', rbac, 'clusterroles', 'root')]),
    clusterRole('root', [may('*', '*', '*'), mayAt('*', '*')]),
  ],
  roleBindings: [
    roleBinding('home', roleRef('keeper'), user('keeper')),
    roleBinding('home', clusterRoleRef('escalator'), user('escalator')),
    roleBinding('home', clusterRoleRef('binder'), user('home-binder')),
  ],
  clusterRoleBindings: [
    clusterRoleBinding('reader', user('reader')),
    clusterRoleBinding('binder', user('binder')),
    clusterRoleBinding('root', group('roots')),
  ],
});

const reads = may('get', '', 'pods');
const readsSecrets = may('get', '', 'secrets');
const codeOf = (...asked: Parameters<typeof checkEscalation> extends [...infer A, unknown] ? A : never) => {
  try {
    checkEscalation(...asked, access);
  } catch (failure) {
    return (failure as { readonly code: string }).code;
  }
  return undefined;
};

describe('checkEscalation', () => {
  test('a role gives no more than its writer has, where it gives it', () => {
    const local = role('home', 'new', reads);
    for (const [who, next, code] of [
      [named('keeper'), local, undefined],
      [named('keeper'), role('work', 'new', reads), 'FORBIDDEN'],
      [named('keeper'), role('home', 'new', reads, readsSecrets), 'FORBIDDEN'],
      [named('keeper'), clusterRole('new', [reads]), 'FORBIDDEN'],
      [named('reader'), clusterRole('new', [reads]), undefined],
      [named('reader'), local, undefined],
      [named('nobody'), local, 'FORBIDDEN'],
      [named('nobody'), role('home', 'empty'), undefined],
      [named('escalator'), role('home', 'new', may('*', '*', '*')), undefined],
      [named('escalator'), role('work', 'new', may('*', '*', '*')), 'FORBIDDEN'],
      [named('escalator'), clusterRole('new', [readsSecrets]), 'FORBIDDEN'],
      [named('x', 'system:masters'), clusterRole('new', [mayAt('*', '*')]), undefined],
      [named('x', 'roots'), clusterRole('new', [mayAt('*', '*')]), undefined],
    ] as const)
      assert.equal(codeOf(who, { next }), code, JSON.stringify({ who, next }));
  });

  test('only those who may do everything let a role gather others, or change such a role', () => {
    const plain = clusterRole('new', [reads]);
    const gathers = { ...plain, aggregationRule: { clusterRoleSelectors: [{}] } };
    assert.equal(codeOf(named('reader'), { next: gathers }), 'FORBIDDEN');
    assert.equal(codeOf(named('reader'), { old: gathers, next: plain }), 'FORBIDDEN');
    assert.equal(codeOf(named('x', 'roots'), { next: gathers }), undefined);
  });

  test('a binding gives no more than its writer has, unless the writer may bind the role', () => {
    for (const [who, next, code] of [
      [named('keeper'), roleBinding('home', roleRef('keeper'), user('eve')), undefined],
      [named('keeper'), roleBinding('home', clusterRoleRef('reader'), user('eve')), undefined],
      [named('keeper'), roleBinding('home', roleRef('root'), user('keeper')), 'FORBIDDEN'],
      [named('keeper'), clusterRoleBinding('reader', user('keeper')), 'FORBIDDEN'],
      [named('keeper'), roleBinding('home', roleRef('gone'), user('keeper')), 'NOT_FOUND'],
      [named('binder'), clusterRoleBinding('root', user('binder')), undefined],
      [named('binder'), roleBinding('work', clusterRoleRef('root'), user('binder')), undefined],
      [named('binder'), roleBinding('home', roleRef('root'), user('binder')), 'FORBIDDEN'],
      [named('home-binder'), roleBinding('home', clusterRoleRef('root'), user('eve')), undefined],
      [named('home-binder'), roleBinding('work', clusterRoleRef('root'), user('eve')), 'FORBIDDEN'],
      [named('home-binder'), clusterRoleBinding('root', user('eve')), 'FORBIDDEN'],
      [named('escalator'), roleBinding('home', roleRef('root'), user('escalator')), 'FORBIDDEN'],
    ] as const)
      assert.equal(codeOf(who, { next }), code, JSON.stringify({ who, next }));
  });

  test('whoever tidies up may change owners and finalizers, and nothing else', () => {
    const old = role('home', 'new', readsSecrets);
    const tidied = { ...old, metadata: { ...old.metadata, finalizers: ['x'], ownerReferences: [] } };
    assert.equal(codeOf(named('nobody'), { old, next: tidied }), undefined);
    const relabelled = { ...old, metadata: { ...old.metadata, labels: { a: 'b' } } };
    assert.equal(codeOf(named('nobody'), { old, next: relabelled }), 'FORBIDDEN');
  });

  test('objects that give no rights are of no concern', () => {
    const next = { ...role('home', 'x', readsSecrets), apiVersion: 'example.org/v1' };
    assert.equal(codeOf(named('nobody'), { next }), undefined);
  });

  test('the message says what the writer lacks, as Kubernetes says it', () => {
    const next = role('home', 'new', reads, may('get,list', '', 'secrets'), may('get', 'apps', 'x', 'y'));
    assert.throws(() => checkEscalation(named('keeper', 'a', 'b'), { next }, access), {
      message: [
        'roles.rbac.authorization.k8s.io "new" is forbidden: user "keeper" (groups=["a" "b"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["x"], ResourceNames:["y"], Verbs:["get"]}',
      ].join('\n'),
    });
  });
});
