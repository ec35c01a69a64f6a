import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { clusterResources, runClusters, servedClusterKinds } from './cluster-service.ts';
import { openServedApi } from './served-api.sample.ts';

const core = '/apis/cluster.x-k8s.io/v1beta2';
const home = `${core}/namespaces/default`;
const infrastructure = '/apis/infrastructure.cluster.x-k8s.io/v1beta2/namespaces/default';
const infrastructureRef = {
  apiGroup: 'infrastructure.cluster.x-k8s.io',
  kind: 'IgniteMachineTemplate',
  name: 'small',
};
const machineSpec = { clusterName: 'dev', bootstrap: { dataSecretName: 'data' }, infrastructureRef };

const open = async () => await openServedApi({}, { kinds: servedClusterKinds, resources: clusterResources });

test('clusters are served with their short names, their category, the status and the scale', async () => {
  await using api = await open();
  const { content } = await api.ask({ path: core });
  const { resources } = content as {
    resources: readonly { name: string; shortNames?: string[]; categories?: string[] }[];
  };
  const named = Object.fromEntries(resources.map((each) => [each.name, each]));
  assert.deepEqual(named['clusters']?.shortNames, ['cl']);
  assert.deepEqual(named['machines']?.categories, ['cluster-api']);
  assert.deepEqual(
    resources.map(({ name }) => name).filter((name) => name.endsWith('/scale')),
    ['machinesets/scale', 'machinedeployments/scale'],
  );
  const body = {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'MachineDeployment',
    metadata: { name: 'workers' },
    spec: { clusterName: 'dev', template: { spec: machineSpec } },
  };
  const path = `${home}/machinedeployments`;
  assert.equal((await api.ask({ path, method: 'POST', body })).code, 201);
  const scale = await api.ask({ path: `${path}/workers/scale` });
  const scaled = { ...scale.content, spec: { replicas: 4 } };
  assert.equal((await api.ask({ path: `${path}/workers/scale`, method: 'PUT', body: scaled })).code, 200);
  assert.partialDeepStrictEqual((await api.ask({ path: `${path}/workers` })).content, {
    spec: { replicas: 4 },
  });
  const wrong = { ...body, metadata: { name: 'wrong' }, spec: { ...body.spec, replicas: -1 } };
  assert.equal((await api.ask({ path, method: 'POST', body: wrong })).code, 422);
});

test('who may create machines of a cluster may not thereby use what is of the host', async () => {
  await using api = await open();
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [
    { apiGroups: ['infrastructure.cluster.x-k8s.io'], resources: ['*'], verbs: ['create', 'get', 'update'] },
    {
      apiGroups: ['ignite.weave.works'],
      resources: ['hosts/files'],
      resourceNames: ['/srv/key'],
      verbs: ['use'],
    },
  ];
  const metadata = { name: 'maker' };
  const create = async (resource: string, object: { readonly apiVersion: string; readonly kind: string }) =>
    await api.client.create({ group: rbac, version: 'v1', resource }, { ...object, metadata });
  await create('clusterroles', { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', ...{ rules } });
  await create('clusterrolebindings', {
    ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding' },
    ...{ roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'maker' } },
    ...{ subjects: [{ apiGroup: rbac, kind: 'User', name: 'ada' }] },
  });
  const token = await api.tokenOf('ada');
  const specs = (hostPath: string) => {
    const vm = { image: { oci: 'example.com/node:v1' }, copyFiles: [{ hostPath, vmPath: '/x' }] };
    return [
      ['ignitemachines', 'IgniteMachine', 'spec.vm', { vm }],
      [
        'ignitemachinetemplates',
        'IgniteMachineTemplate',
        'spec.template.spec.vm',
        { template: { spec: { vm } } },
      ],
    ] as const;
  };
  const post = async (resource: string, kind: string, spec: object) => {
    const body = {
      apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
      kind,
      metadata: { name: 'm' },
      spec,
    };
    return await api.ask({ path: `${infrastructure}/${resource}`, method: 'POST', body, token });
  };
  for (const [resource, kind, at, spec] of specs('/etc/shadow')) {
    const { code, content } = await post(resource, kind, spec);
    assert.equal(code, 403, kind);
    assert.match(
      (content as { message: string }).message,
      new RegExp(`${at}.copyFiles\\S* uses /etc/shadow`),
    );
  }
  for (const [resource, kind, , spec] of specs('/srv/key'))
    assert.equal((await post(resource, kind, spec)).code, 201, kind);
});

test('the controllers work from the first Cluster on', async () => {
  await using api = await open();
  const stop = new AbortController();
  const log = (): void => {};
  const running = runClusters(
    { client: api.client, self: { name: 'one', isAlone: false }, clock: systemClock, log },
    stop.signal,
  );
  const post = async (path: string, kind: string, spec: object): Promise<void> => {
    const apiVersion = path.split('/').slice(2, 4).join('/');
    const body = { apiVersion, kind, metadata: { name: 'dev' }, spec };
    assert.equal((await api.ask({ path, method: 'POST', body })).code, 201);
  };
  await post(`${infrastructure}/igniteclusters`, 'IgniteCluster', {
    controlPlaneEndpoint: { host: '127.0.0.1', port: 6443 },
  });
  await post(`${home}/clusters`, 'Cluster', {
    infrastructureRef: { ...infrastructureRef, kind: 'IgniteCluster', name: 'dev' },
  });
  const path = `${home}/clusters/dev`;
  const phase = async (): Promise<unknown> =>
    ((await api.ask({ path })).content as { status?: { phase?: string } }).status?.phase;
  while ((await phase()) !== 'Provisioned') await systemClock.sleep(20, AbortSignal.timeout(60_000));
  assert.partialDeepStrictEqual((await api.ask({ path })).content, {
    spec: { controlPlaneEndpoint: { host: '127.0.0.1', port: 6443 } },
    status: { initialization: { infrastructureProvisioned: true } },
  });
  const lease = await api.ask({
    path: '/apis/coordination.k8s.io/v1/namespaces/default/leases/ignite-clusters',
  });
  assert.equal(lease.code, 200, 'hosts that share a store agree on who runs them');
  stop.abort();
  await running;
});
