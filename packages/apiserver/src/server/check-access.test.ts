import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { forbiddenText } from '../request/forbidden-text.ts';
import { requestInfoOf } from '../request/request-info-of.ts';
import { checkAccess } from './check-access.ts';

test('forbiddenText says who may not do what, as Kubernetes does', () => {
  const pots = '/apis/garden.example/v1';
  for (const [method, url, text] of [
    [
      'GET',
      `${pots}/namespaces/home/pots`,
      'pots.garden.example is forbidden: User "ann" cannot list resource "pots" in API group "garden.example" in the namespace "home"',
    ],
    [
      'PATCH',
      `${pots}/namespaces/home/pots/a/status`,
      'pots.garden.example "a" is forbidden: User "ann" cannot patch resource "pots/status" in API group "garden.example" in the namespace "home"',
    ],
    [
      'GET',
      '/api/v1/secrets?watch=true',
      'secrets is forbidden: User "ann" cannot watch resource "secrets" in API group "" at the cluster scope',
    ],
    ['GET', '/metrics', 'forbidden: User "ann" cannot get path "/metrics"'],
  ] as const)
    assert.equal(forbiddenText({ name: 'ann', groups: [] }, requestInfoOf(method, url)), text);
});

test('checkAccess refuses whoever asks to act as someone else, instead of letting him act as himself', async () => {
  const access = {
    authenticator: { authenticate: async () => ({ name: 'root', groups: ['system:masters'] }) },
    authorizer: { authorize: async () => ({ isAllowed: true, reason: '' }) },
  };
  const info = requestInfoOf('DELETE', '/api/v1/namespaces/home');
  const { signal } = new AbortController();
  for (const [headers, isRefused] of [
    [{}, false],
    [{ 'impersonate-user': 'viewer' }, true],
    [{ 'impersonate-group': 'viewers' }, true],
    [{ 'impersonate-extra-reason': 'x' }, true],
  ] as const) {
    const message = Object.assign(new IncomingMessage(new Socket()), { headers });
    const asked = checkAccess(access, message, info, signal);
    if (isRefused) await assert.rejects(asked, { code: 'FORBIDDEN' }, JSON.stringify(headers));
    else assert.equal((await asked)?.name, 'root');
  }
});
