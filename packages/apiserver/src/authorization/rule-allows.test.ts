import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asks, asksPath, may, mayAt } from './access.sample.ts';
import { ruleAllows } from './rule-allows.ts';

test('ruleAllows: verbs, groups, resources, subresources and names, as RBAC has them', () => {
  for (const [rule, request, isAllowed] of [
    [may('get', '', 'pods'), asks('get', '', 'pods'), true],
    [may('get', '', 'pods'), asks('list', '', 'pods'), false],
    [may('*', '', 'pods'), asks('anything', '', 'pods'), true],
    [may('get', '', 'pods'), asks('get', 'apps', 'pods'), false],
    [may('get', '*', 'pods'), asks('get', 'apps', 'pods'), true],
    [may('get', '', '*'), asks('get', '', 'pods/log'), true],
    [may('get', '', 'pods'), asks('get', '', 'pods/log'), false],
    [may('get', '', 'pods/log'), asks('get', '', 'pods/log'), true],
    [may('get', '', 'pods/log'), asks('get', '', 'pods'), false],
    [may('get', '', '*/log'), asks('get', '', 'pods/log'), true],
    [may('get', '', '*/log'), asks('get', '', 'pods/blog'), false],
    [may('get', '', '*/log'), asks('get', '', 'pods'), false],
    [may('get', '', 'pods/*'), asks('get', '', 'pods/log'), false],
    [may('get', '', 'pods', 'a', 'b'), asks('get', '', 'pods', { name: 'b' }), true],
    [may('get', '', 'pods', 'a', 'b'), asks('get', '', 'pods', { name: 'c' }), false],
    [may('list', '', 'pods', 'a'), asks('list', '', 'pods'), false],
    [may('create', '', 'pods', '*'), asks('create', '', 'pods', { name: 'c' }), false],
    [may('GET', '', 'pods'), asks('get', '', 'pods'), false],
    [may('get', '', 'pods'), asksPath('get', '/pods'), false],
    [mayAt('get', '/healthz'), asksPath('get', '/healthz'), true],
    [mayAt('get', '/healthz'), asksPath('post', '/healthz'), false],
    [mayAt('get', '/healthz'), asksPath('get', '/healthz/etcd'), false],
    [mayAt('get', '/healthz/*'), asksPath('get', '/healthz/etcd'), true],
    [mayAt('get', '/healthz/*'), asksPath('get', '/healthz'), false],
    [mayAt('get', '/api*'), asksPath('get', '/apis/apps'), true],
    [mayAt('get', '*'), asksPath('get', '/anything'), true],
    [mayAt('get', '/a/*/c'), asksPath('get', '/a/b/c'), false],
    [mayAt('*', '*'), asks('get', '', 'pods'), false],
    [{ verbs: ['get'], apiGroups: null, resources: null }, asks('get', '', 'pods'), false],
  ] as const)
    assert.equal(ruleAllows(rule, request), isAllowed, JSON.stringify({ rule, request }));
});
