import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestInfoOf } from '../request/request-info-of.ts';
import { forbiddenText } from './check-access.ts';

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
