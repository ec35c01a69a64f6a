import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openServedApi } from './served-api.sample.ts';

test("Kubernetes' own kinds are replaced whatever their version is, but for leases", async () => {
  await using api = await openServedApi();
  const replaced = async (group: string, kind: string, resource: string): Promise<number> => {
    const home = `/${group === 'v1' ? 'api' : 'apis'}/${group}/namespaces/default/${resource}`;
    const body = { apiVersion: group, kind, metadata: { name: 'a', labels: { a: 'b' } } };
    assert.equal((await api.ask({ path: home, method: 'POST', body })).code, 201);
    const changed = { ...body, metadata: { name: 'a', labels: { a: 'c' } } };
    return (await api.ask({ path: `${home}/a`, method: 'PUT', body: changed })).code;
  };
  assert.equal(await replaced('v1', 'ConfigMap', 'configmaps'), 200);
  assert.equal(await replaced('v1', 'Secret', 'secrets'), 200);
  assert.equal(await replaced('coordination.k8s.io/v1', 'Lease', 'leases'), 422);
});

test('a review cannot be shown as a table', async () => {
  await using api = await openServedApi();
  const [path, accept] = [
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'application/json;as=Table',
  ];
  const body = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
  const asked = { path, method: 'POST', body };
  const headers = { accept: `${accept};v=v1;g=meta.k8s.io` };
  assert.equal((await api.ask({ ...asked, headers })).code, 406);
  assert.equal((await api.ask(asked)).code, 201);
});

test('the server is found by the Service "kubernetes"', async () => {
  await using api = await openServedApi();
  const path = '/api/v1/namespaces/default/services/kubernetes';
  const { content } = await api.ask({ path });
  assert.partialDeepStrictEqual(content, { spec: { clusterIP: 'None', ports: [{ name: 'https' }] } });
});

test('no group of the server itself takes definitions of further kinds', async () => {
  await using api = await openServedApi();
  const { content } = await api.ask({ path: '/apis' });
  const groups = (content['groups'] as readonly { readonly name: string }[]).map(({ name }) => name);
  assert.ok(groups.includes('admissionregistration.k8s.io'));
  const schema = { openAPIV3Schema: { type: 'object' } };
  // Metrics are served where somebody measures.
  for (const group of new Set([...groups, 'metrics.k8s.io'])) {
    const body = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `pots.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { kind: 'Pot', plural: 'pots' },
        versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
      },
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const answer = await api.ask({ path, method: 'POST', body });
    assert.deepEqual([group, answer.code], [group, 422]);
    assert.match(String(answer.content['message']), /are built in/);
  }
});
