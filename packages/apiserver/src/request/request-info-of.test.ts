import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestInfoOf } from './request-info-of.ts';

test('requestInfoOf tells verbs, kinds, namespaces, names and parts', () => {
  const core = { isResource: true, group: '', version: 'v1' };
  const apps = { isResource: true, group: 'garden.example', version: 'v1', resource: 'pots' };
  const pots = '/apis/garden.example/v1';
  for (const [method, url, wanted] of [
    ['GET', '/api/v1/secrets', { ...core, verb: 'list', resource: 'secrets' }],
    ['GET', '/api/v1/namespaces', { ...core, verb: 'list', resource: 'namespaces' }],
    [
      'GET',
      '/api/v1/namespaces/a',
      { ...core, verb: 'get', resource: 'namespaces', namespace: 'a', name: 'a' },
    ],
    [
      'PUT',
      '/api/v1/namespaces/a/finalize',
      { ...core, verb: 'update', resource: 'namespaces', namespace: 'a', name: 'a', subresource: 'finalize' },
    ],
    ['GET', `${pots}/namespaces/a/pots?limit=5`, { ...apps, verb: 'list', namespace: 'a' }],
    ['GET', `${pots}/pots?watch=1`, { ...apps, verb: 'watch' }],
    ['GET', `${pots}/pots?watch=false`, { ...apps, verb: 'list' }],
    [
      'GET',
      `${pots}/namespaces/a/pots?watch=true&fieldSelector=metadata.name%3Db`,
      { ...apps, verb: 'watch', namespace: 'a', name: 'b' },
    ],
    ['GET', `${pots}/namespaces/a/pots/b?watch=true`, { ...apps, verb: 'get', namespace: 'a', name: 'b' }],
    ['POST', `${pots}/namespaces/a/pots/`, { ...apps, verb: 'create', namespace: 'a' }],
    ['PUT', `${pots}/namespaces/a/pots/b%2Ec`, { ...apps, verb: 'update', namespace: 'a', name: 'b.c' }],
    [
      'PATCH',
      `${pots}/namespaces/a/pots/b/status`,
      { ...apps, verb: 'patch', namespace: 'a', name: 'b', subresource: 'status' },
    ],
    ['DELETE', `${pots}/namespaces/a/pots/b`, { ...apps, verb: 'delete', namespace: 'a', name: 'b' }],
    ['DELETE', `${pots}/namespaces/a/pots`, { ...apps, verb: 'deletecollection', namespace: 'a' }],
  ] as const)
    assert.deepEqual(requestInfoOf(method, url), wanted, `${method} ${url}`);
});

test('requestInfoOf takes other paths as they are', () => {
  for (const path of ['/', '/api', '/apis', '/apis/garden.example', '/version', '/apis/g/v1', '/api/v1'])
    assert.deepEqual(requestInfoOf('GET', `${path}?x=1`), { isResource: false, verb: 'get', path });
  const deep = '/api/v1/namespaces/a/pods/b/proxy/x';
  assert.deepEqual(requestInfoOf('GET', deep), { isResource: false, verb: 'get', path: deep });
  const dots = requestInfoOf('GET', '/api/v1/namespaces/a/../secrets');
  assert.equal(dots.isResource && dots.resource, '..');
});

test('requestInfoOf refuses unknown methods, and escapes that are none', () => {
  assert.throws(() => requestInfoOf('BREW', '/api/v1/pots'), { code: 'METHOD_NOT_ALLOWED' });
  assert.throws(() => requestInfoOf('GET', '/api/v1/pots/%zz'), { code: 'BAD_REQUEST' });
});
