import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Namespace } from '@ignite/toolkit/core/resources/namespace';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { kubectlPath, openServedApi } from './served-api.sample.ts';

type Api = Awaited<ReturnType<typeof openServedApi>>;

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const namespaces = core('namespaces');

const find = async (api: Api, resource: string, name: string, namespace?: string) =>
  await api.client.get({ ...core(resource), name, namespace }).catch((failure: unknown): undefined => {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  });

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(20);
  }
}

const untilGone = async (api: Api, name: string): Promise<void> =>
  void (await until(async () => ((await find(api, 'namespaces', name)) ? undefined : true)));

const newNamespace = async (api: Api, name: string): Promise<KubeObject> =>
  await api.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe('a namespace', () => {
  test('has a service account and the certificates of the server, which are made anew when they are deleted', async () => {
    await using api = await openServedApi();
    await newNamespace(api, 'garden');
    for (const namespace of ['default', 'garden']) {
      const map = await until(() => find(api, 'configmaps', 'kube-root-ca.crt', namespace));
      assert.match((map['data'] as { readonly 'ca.crt': string })['ca.crt'], /^-----BEGIN CERTIFICATE-----/);
      const account = await until(() => find(api, 'serviceaccounts', 'default', namespace));
      await api.client.delete({ ...core('serviceaccounts'), namespace, name: 'default' });
      const again = await until(() => find(api, 'serviceaccounts', 'default', namespace));
      assert.notEqual(again.metadata.uid, account.metadata.uid);
      const key = { ...core('configmaps'), namespace, name: 'kube-root-ca.crt' };
      await api.client.patch(key, { type: 'merge', changes: { data: { 'ca.crt': 'forged', more: 'x' } } });
      await until(async () => {
        const { data } = (await api.client.get(key)) as { readonly data?: object };
        return isDeepStrictEqual(data, map['data']) ? true : undefined;
      });
    }
  });

  test('has a status whose writes change annotations too, as of all kinds of Kubernetes itself', async () => {
    await using api = await openServedApi();
    await newNamespace(api, 'garden');
    // What was made past the API gets its finalizer from the controller of namespaces.
    await until(async () => {
      const { spec } = (await find(api, 'namespaces', 'garden')) as Namespace;
      return spec?.finalizers?.includes('kubernetes') || undefined;
    });
    const path = '/api/v1/namespaces/garden';
    const headers = { 'content-type': 'application/merge-patch+json' };
    const condition = { type: 'Watered', status: 'True', reason: 'Rain', message: '' };
    const body = {
      metadata: { annotations: { a: 'b' } },
      spec: { finalizers: [] },
      status: { conditions: [condition] },
    };
    const { code, content } = await api.ask({ path: `${path}/status`, method: 'PATCH', headers, body });
    assert.equal(code, 200);
    assert.partialDeepStrictEqual(content, {
      ...body,
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active', ...body.status },
    });
  });

  test('is removed after all that is in it, objects of defined kinds too, whoever made it', async () => {
    await using api = await openServedApi();
    const group = 'garden.example';
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `pots.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'pots', kind: 'Pot' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    assert.equal((await api.ask({ path, method: 'POST', body: definition })).code, 201);
    await newNamespace(api, 'home');
    const pots = `/apis/${group}/v1/namespaces/home/pots`;
    const pot = {
      apiVersion: `${group}/v1`,
      kind: 'Pot',
      metadata: { name: 'a', finalizers: ['example/hold'] },
    };
    await until(async () =>
      (await api.ask({ path: pots, method: 'POST', body: pot })).code === 201 ? true : undefined,
    );
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } };
    const maps = '/api/v1/namespaces/home/configmaps';
    assert.equal((await api.ask({ path: maps, method: 'POST', body: map })).code, 201);
    const home = '/api/v1/namespaces/home';
    assert.equal((await api.ask({ path: home, method: 'DELETE' })).code, 200);
    const held = await until(async () => {
      const { status } = (await find(api, 'namespaces', 'home'))!;
      const { conditions = [] } = status as { readonly conditions?: readonly { readonly message: string }[] };
      return conditions.find(({ message }) => message.includes('example/hold in 1'));
    });
    assert.ok(held);
    assert.partialDeepStrictEqual((await find(api, 'namespaces', 'home'))?.status, { phase: 'Terminating' });
    assert.equal(await find(api, 'configmaps', 'm', 'home'), undefined);
    const refused = await api.ask({ path: maps, method: 'POST', body: map });
    assert.equal(refused.code, 403);
    const release = { metadata: { finalizers: [] } };
    const merge = { 'content-type': 'application/merge-patch+json' };
    assert.equal(
      (await api.ask({ path: `${pots}/a`, method: 'PATCH', body: release, headers: merge })).code,
      200,
    );
    await untilGone(api, 'home');
    assert.deepEqual((await api.client.list({ group, version: 'v1', resource: 'pots' })).items, []);
  });

  test(
    'is deleted by kubectl, which waits for it',
    { skip: kubectlPath === undefined && 'kubectl is not on the PATH' },
    async () => {
      await using api = await openServedApi();
      await api.kubectl('create', 'namespace', 'home');
      await api.kubectl('create', 'secret', 'generic', 's', '--from-literal=a=b', '--namespace=home');
      const deleted = await api.kubectl('delete', 'namespace', 'home');
      assert.deepEqual(deleted, { code: 0, text: 'namespace "home" deleted\n' });
      assert.match((await api.kubectl('get', 'namespace', 'home')).text, /not found/);
      assert.equal(await find(api, 'secrets', 's', 'home'), undefined);
    },
  );
});
