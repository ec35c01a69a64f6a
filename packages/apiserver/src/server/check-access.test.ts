import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { AccessRequest } from '../request/access-request.ts';
import { forbiddenText } from '../request/forbidden-text.ts';
import { requestInfoOf } from '../request/request-info-of.ts';
import { findUser } from './check-access.ts';

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

const viewer = ['Impersonate-User', 'viewer', 'Impersonate-Group', 'viewers'];
const asked = (rawHeaders: readonly string[]) => ({
  message: Object.assign(new IncomingMessage(new Socket()), { rawHeaders }),
  info: requestInfoOf('DELETE', '/api/v1/namespaces/home'),
  signal: new AbortController().signal,
});
const root = { name: 'root', groups: ['system:masters'] };

test('findUser lets act as another user whoever may impersonate all that he asks for', async () => {
  const access = (allowed: readonly string[]) => ({
    authenticator: { authenticate: async () => root },
    authorizer: {
      authorize: async (_user: unknown, request: AccessRequest) => ({
        isAllowed: request.isResource && allowed.includes(`${request.verb} ${request.resource}`),
        reason: '',
      }),
    },
  });
  assert.equal((await findUser(access([]), asked([])))?.name, 'root');
  const both = access(['impersonate users', 'impersonate groups']);
  assert.deepEqual(await findUser(both, asked(viewer)), {
    name: 'viewer',
    groups: ['viewers', 'system:authenticated'],
  });
  await assert.rejects(findUser(access(['impersonate users']), asked(viewer)), {
    code: 'FORBIDDEN',
    message:
      'groups "viewers" is forbidden: User "root" cannot impersonate resource "groups" in API group "" at the cluster scope',
  });
  await assert.rejects(
    findUser(both, asked(['Impersonate-User', 'a', 'Impersonate-Group', 'system:masters'])),
    {
      code: 'FORBIDDEN',
    },
  );
});

test('findUser refuses whoever asks in vain to act as someone else, instead of letting him act as himself', async () => {
  const authorizer = { authorize: async () => ({ isAllowed: true, reason: '' }) };
  const nobody = { authenticator: { authenticate: async () => undefined }, authorizer };
  await assert.rejects(findUser(nobody, asked(viewer)), { code: 'UNAUTHORIZED' });
  const someone = { authenticator: { authenticate: async () => root }, authorizer };
  await assert.rejects(findUser(someone, asked(['Impersonate-Group', 'viewers'])), { code: 'BAD_REQUEST' });
});
