import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, openDefiningApi } from './defining-api.sample.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/home/configmaps';

type Api = Awaited<ReturnType<typeof openDefiningApi>>;

const ofMaps = {
  resourceRules: [
    { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
  ],
};

const map = (name: string, data: object = {}): object => ({ metadata: { name }, data });

/** Makes a policy about config maps and binds it. It also refuses whatever is named `probe`. */
async function bind(
  { ask }: Api,
  spec: object,
  binding: object = { validationActions: ['Deny'] },
): Promise<void> {
  const { validations = [], ...rest } = spec as { readonly validations?: readonly object[] };
  const probe = { expression: 'object == null || object.metadata.name != "probe"', message: 'in force' };
  const policy = await ask(`${group}/validatingadmissionpolicies`, 'POST', {
    metadata: { name: 'maps' },
    spec: { matchConstraints: ofMaps, ...rest, validations: [...validations, probe] },
  });
  assert.equal(policy.code, 201, JSON.stringify(policy.json));
  const bound = await ask(`${group}/validatingadmissionpolicybindings`, 'POST', {
    metadata: { name: 'maps-home' },
    spec: { policyName: 'maps', ...binding },
  });
  assert.equal(bound.code, 201, JSON.stringify(bound.json));
  while (!(await isInForce(ask))) await delay(10);
}

async function isInForce(ask: Api['ask']): Promise<boolean> {
  const { code } = await ask(`${maps}?dryRun=All`, 'POST', map('probe'));
  return code !== 201;
}

test('a policy refuses a write in the words of Kubernetes, and nothing is written', async () => {
  await using api = await openDefiningApi();
  await bind(api, {
    variables: [{ name: 'size', expression: 'int(object.data.size)' }],
    validations: [
      {
        expression: 'object == null || variables.size < 10',
        messageExpression: '"a size of " + string(variables.size) + " is too much"',
        reason: 'Forbidden',
      },
    ],
  });
  const { json } = await api.ask(maps, 'POST', map('mint', { size: '12' }));
  const cause =
    "ValidatingAdmissionPolicy 'maps' with binding 'maps-home' denied request: a size of 12 is too much";
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `configmaps "mint" is forbidden: ${cause}`,
    reason: 'Forbidden',
    details: { name: 'mint', kind: 'configmaps', causes: [{ message: cause }] },
    code: 403,
  });
  assert.equal((await api.ask(`${maps}/mint`)).code, 404);
  assert.equal((await api.ask(maps, 'POST', map('mint', { size: '9' }))).code, 201);
  assert.equal((await api.ask(`${maps}/mint`, 'DELETE')).code, 200);
});
