import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { valueSchemas } from '@ignite/apiserver/custom-resource/value-schemas';
import { runClusters } from '@ignite/cluster/run-clusters';
import { servedClusterVersions } from '@ignite/cluster/v1beta1/served-versions';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { until } from '@ignite/toolkit/clock/until.sample';
import { servedClusterResources } from './cluster-resources.ts';
import { openServedApi } from './served-api.sample.ts';

const group = 'ipam.cluster.x-k8s.io';
const home = (version: string): string => `/apis/${group}/${version}/namespaces/default`;

test('claims get addresses of pools where there is no Cluster, in the versions that others write', async (t) => {
  await using api = await openServedApi(
    {},
    { kinds: servedClusterVersions, resources: servedClusterResources },
  );
  using locks = mkdtempDisposableSync(join(tmpdir(), 'clusters-'));
  const stop = new AbortController();
  t.after(() => stop.abort());
  const running = runClusters(
    {
      client: api.client,
      host: { name: 'one', isAlone: true, locksDir: locks.path },
      runHost: async () => {},
      clock: systemClock,
      schemas: valueSchemas,
      log: () => {},
    },
    stop.signal,
  );
  const post = async (version: string, kind: string, resource: string, spec: object): Promise<number> => {
    const body = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'web' }, spec };
    return (await api.ask({ path: `${home(version)}/${resource}`, method: 'POST', body })).code;
  };
  const pool = { addresses: ['10.0.0.9-10.0.0.20'], prefix: 24, gateway: '10.0.0.1' };
  const poolRef = { apiGroup: group, kind: 'InClusterIPPool', name: 'web' };
  const outside = { ...pool, addresses: ['10.0.0.9', '10.0.1.9'] };
  assert.equal(await post('v1alpha2', 'InClusterIPPool', 'inclusterippools', outside), 422);
  assert.equal(await post('v1alpha2', 'InClusterIPPool', 'inclusterippools', pool), 201);
  assert.equal(await post('v1beta1', 'IPAddressClaim', 'ipaddressclaims', { poolRef }), 201);
  const claim = async () => (await api.ask({ path: `${home('v1beta1')}/ipaddressclaims/web` })).content;
  await until('the claim has an address', async () => {
    const { status } = (await claim()) as { readonly status?: object };
    return status !== undefined && 'addressRef' in status;
  });
  assert.partialDeepStrictEqual(await claim(), {
    metadata: { finalizers: [`${group}/ReleaseAddress`] },
    status: { addressRef: { name: 'web' }, v1beta2: { conditions: [{ type: 'Ready', status: 'True' }] } },
  });
  const all = `/apis/${group}/v1alpha2/globalinclusterippools`;
  const global = { apiVersion: `${group}/v1alpha2`, kind: 'GlobalInClusterIPPool' };
  const body = { ...global, metadata: { name: 'all' }, spec: { ...pool, addresses: ['10.0.0.30'] } };
  assert.equal((await api.ask({ path: all, method: 'POST', body })).code, 201);
  const other = { apiVersion: `${group}/v1beta2`, kind: 'IPAddressClaim', metadata: { name: 'other' } };
  const ofAll = { poolRef: { apiGroup: group, kind: global.kind, name: 'all' } };
  const sent = {
    path: `${home('v1beta2')}/ipaddressclaims`,
    method: 'POST',
    body: { ...other, spec: ofAll },
  };
  assert.equal((await api.ask(sent)).code, 201);
  await until('the pool of all namespaces has given its address', async () => {
    const { content } = await api.ask({ path: `${all}/all` });
    const { status } = content as { readonly status?: { readonly ipAddresses?: { readonly free: number } } };
    return status?.ipAddresses?.free === 0;
  });
  const address = {
    address: '10.0.0.9',
    prefix: 24,
    gateway: '10.0.0.1',
    claimRef: { name: 'web' },
    poolRef,
  };
  for (const version of ['v1beta1', 'v1beta2']) {
    const { content } = await api.ask({ path: `${home(version)}/ipaddresses/web` });
    assert.partialDeepStrictEqual(content, { apiVersion: `${group}/${version}`, spec: address });
  }
  stop.abort();
  await running;
});
