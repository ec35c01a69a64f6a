import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { builtInResourceOf } from '../../resource/served-resource-of.ts';
import { clusterRole, clusterRoleBinding, may, named, rulesOf, user } from '../access.sample.ts';
import { checkParamAccess } from './check-param-access.ts';

const access = rulesOf({
  clusterRoles: [clusterRole('reader', [may('get', '', 'configmaps')])],
  clusterRoleBindings: [clusterRoleBinding('reader', user('ada'))],
});
const written = (kind: string, spec: object): KubeObject =>
  ({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'mine' }, spec }) as KubeObject;
const policy = (kind: string): KubeObject =>
  written('ValidatingAdmissionPolicy', { paramKind: { apiVersion: 'v1', kind } });
const binding = (paramRef: object): KubeObject =>
  written('ValidatingAdmissionPolicyBinding', { policyName: 'mine', paramRef });

const options = (known: KubeObject | undefined) => ({
  access,
  served: coreKinds.map(builtInResourceOf),
  policyNamed: async () => known,
});

test('whoever lets a policy read objects must be allowed to read them himself', async () => {
  const ada = named('ada');
  await checkParamAccess(ada, policy('ConfigMap'), options(undefined));
  await checkParamAccess(ada, binding({ name: 'limit' }), options(policy('ConfigMap')));
  await checkParamAccess(ada, written('ValidatingAdmissionPolicy', {}), options(undefined));
  const { spec: _spec, ...webhooks } = written('ValidatingWebhookConfiguration', {});
  await checkParamAccess(ada, webhooks, options(undefined));
  for (const [object, known, says] of [
    [policy('Secret'), undefined, 'cannot get resource "secrets" in API group ""'],
    [policy('Nothing'), undefined, 'cannot get resource "*" in API group ""'],
    [
      binding({ name: 'key', namespace: 'home' }),
      policy('Secret'),
      'resource "secrets" in API group "" in the',
    ],
    [binding({ selector: {} }), policy('ConfigMap'), 'cannot list resource "configmaps"'],
    [binding({ name: 'limit' }), undefined, 'cannot get resource "*" in API group "*"'],
  ] as const)
    await assert.rejects(checkParamAccess(ada, object, options(known)), (failure: Error) => {
      assert.ok(failure.message.includes(says), failure.message);
      return true;
    });
});

test('whoever changes a policy but nothing of what it tells, need not be allowed to read what it is applied by', async () => {
  const ada = named('ada');
  const spec = { paramKind: { apiVersion: 'v1', kind: 'Secret' }, validations: [{ expression: 'true' }] };
  const old = written('ValidatingAdmissionPolicy', { ...spec, failurePolicy: 'Fail' });
  const check = async (next: KubeObject): Promise<void> =>
    await checkParamAccess(ada, next, { ...options(undefined), old });
  await check({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } });
  await check(written('ValidatingAdmissionPolicy', { ...spec, failurePolicy: 'Ignore' }));
  const validations = [{ expression: 'false', messageExpression: 'params.data.key' }];
  await assert.rejects(check(written('ValidatingAdmissionPolicy', { ...spec, validations })), {
    code: 'FORBIDDEN',
  });
});
