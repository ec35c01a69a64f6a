import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { until } from '@ignite/toolkit/clock/until.sample';
import { contractVersion } from '@ignite/cluster/contract/groups';
import { servedClusterVersions } from '@ignite/cluster/v1beta1/served-versions';
import { valueSchemas } from '@ignite/apiserver/custom-resource/value-schemas';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import { runClusters } from '@ignite/cluster/run-clusters';
import { servedClusterResources } from './cluster-resources.ts';
import { openServedApi } from './served-api.sample.ts';
import { unservedClusterKinds } from './unserved-cluster-kinds.ts';

const core = '/apis/cluster.x-k8s.io/v1beta2';
const home = `${core}/namespaces/default`;
const infrastructure = '/apis/infrastructure.cluster.x-k8s.io/v1beta2/namespaces/default';
const infrastructureRef = {
  apiGroup: 'infrastructure.cluster.x-k8s.io',
  kind: 'IgniteMachineTemplate',
  name: 'small',
};
const machineSpec = { clusterName: 'dev', bootstrap: { dataSecretName: 'data' }, infrastructureRef };

const open = async () =>
  await openServedApi({}, { kinds: servedClusterVersions, resources: servedClusterResources });

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
    ['machinesets/scale', 'machinedeployments/scale', 'machinepools/scale'],
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

test('a definition of a kind of clusters, as others install it, has no effect: its deletion deletes no cluster', async () => {
  await using api = await open();
  const body = {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name: 'dev' },
    spec: {},
  };
  assert.equal((await api.ask({ path: `${home}/clusters`, method: 'POST', body })).code, 201);
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'clusters.cluster.x-k8s.io' },
    spec: {
      group: 'cluster.x-k8s.io',
      scope: 'Namespaced',
      names: { kind: 'Cluster', plural: 'clusters' },
      versions: ['v1alpha4', 'v1beta2'].map((name) => ({
        ...{ name, schema, served: true, storage: name === 'v1beta2' },
      })),
    },
  };
  assert.equal((await api.ask({ path: definitions, method: 'POST', body: definition })).code, 201);
  const path = `${definitions}/clusters.cluster.x-k8s.io`;
  const established = async (): Promise<unknown> => {
    const { status } = (await api.ask({ path })).content as {
      status?: { conditions?: readonly { type: string; status: string }[] };
    };
    return status?.conditions?.find(({ type }) => type === 'Established')?.status;
  };
  await until('the definition is judged', async () => (await established()) !== undefined);
  assert.equal(await established(), 'False');
  const old = `${home}/clusters/dev`.replace('v1beta2', 'v1alpha4');
  assert.equal((await api.ask({ path: old })).code, 404);
  await api.ask({ path, method: 'DELETE' });
  await until('the definition is gone', async () => (await api.ask({ path })).code === 404);
  const { code, content } = await api.ask({ path: `${home}/clusters/dev` });
  assert.equal(code, 200);
  assert.equal((content['metadata'] as { deletionTimestamp?: string }).deletionTimestamp, undefined);
});

test('v1beta1 is served beside v1beta2, in which objects are stored', async () => {
  await using api = await open();
  const old = '/apis/cluster.x-k8s.io/v1beta1/namespaces/default/machinedeployments';
  const configRef = {
    apiVersion: 'bootstrap.cluster.x-k8s.io/v1beta1',
    kind: 'KubeadmConfigTemplate',
    name: 'a',
  };
  const { apiGroup: _group, ...machines } = infrastructureRef;
  const body = {
    ...{ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'MachineDeployment', metadata: { name: 'workers' } },
    spec: {
      ...{ clusterName: 'dev', replicas: 2, minReadySeconds: 5, revisionHistoryLimit: 3 },
      template: {
        spec: {
          ...{ clusterName: 'dev', bootstrap: { configRef }, nodeDrainTimeout: '1m30s' },
          infrastructureRef: { ...machines, apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2' },
        },
      },
    },
  };
  const made = await api.ask({ path: old, method: 'POST', body });
  assert.equal(made.code, 201, JSON.stringify(made.content));
  assert.partialDeepStrictEqual(made.content, {
    apiVersion: 'cluster.x-k8s.io/v1beta1',
    spec: { minReadySeconds: 5, revisionHistoryLimit: 3, template: { spec: { nodeDrainTimeout: '1m30s' } } },
  });
  const path = `${home}/machinedeployments/workers`;
  assert.partialDeepStrictEqual((await api.ask({ path })).content, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    spec: {
      selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'workers' } },
      template: {
        spec: { infrastructureRef, minReadySeconds: 5, deletion: { nodeDrainTimeoutSeconds: 90 } },
      },
    },
  });
  const patch = { spec: { replicas: 3 } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  assert.equal((await api.ask({ path: `${old}/workers`, method: 'PATCH', body: patch, headers })).code, 200);
  assert.partialDeepStrictEqual((await api.ask({ path })).content, { spec: { replicas: 3 } });
  assert.partialDeepStrictEqual((await api.ask({ path: `${old}/workers` })).content, {
    spec: { replicas: 3, revisionHistoryLimit: 3 },
  });
  const wrong = { ...body, metadata: { name: 'wrong' }, spec: { ...body.spec, minReadySeconds: 'soon' } };
  assert.equal((await api.ask({ path: old, method: 'POST', body: wrong })).code, 422);
  const { content } = await api.ask({ path: '/apis/cluster.x-k8s.io' });
  assert.partialDeepStrictEqual(content, {
    preferredVersion: { version: 'v1beta2' },
    versions: [{ version: 'v1beta2' }, { version: 'v1beta1' }],
  });
});

test('a host without clusters keeps a namespace for the clusters of others until they are gone', async () => {
  const named = (kinds: readonly { group: string; version: string; resource: string; kind: string }[]) =>
    kinds.map(({ group, version, resource, kind }) => `${kind} ${resource}.${version}.${group}`).toSorted();
  assert.deepEqual(
    named(unservedClusterKinds),
    named(servedClusterVersions.filter(({ version }) => version === contractVersion)),
  );
  await using api = await openServedApi({}, { kinds: [], resources: [], unserved: unservedClusterKinds });
  assert.equal((await api.ask({ path: core })).code, 404);
  const clusters = { group: 'cluster.x-k8s.io', version: 'v1beta2', resource: 'clusters' };
  const key = { ...clusters, namespace: 'team', name: 'prod' };
  const path = '/api/v1/namespaces/team';
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  await api.ask({ path: '/api/v1/namespaces', method: 'POST', body });
  const metadata = { namespace: 'team', name: 'prod', finalizers: ['cluster.cluster.x-k8s.io'] };
  const cluster = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', metadata, spec: {} };
  await api.client.create(clusters, cluster);
  await api.ask({ path, method: 'DELETE' });
  const remaining = async (): Promise<string | undefined> => {
    const { status } = (await api.ask({ path })).content as {
      status?: { conditions?: readonly { type: string; message: string }[] };
    };
    return status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining')?.message;
  };
  const told = 'clusters.cluster.x-k8s.io has 1 resource instances';
  await until('the namespace tells of its cluster', async () => (await remaining())?.includes(told) ?? false);
  const { deletionTimestamp } = (await api.client.get(key)).metadata;
  assert.ok(deletionTimestamp !== undefined, 'the other host is told to delete the cluster');
  await api.client.patch(key, { type: 'merge', changes: { metadata: { finalizers: [] } } });
  await until('the namespace is gone', async () => (await api.ask({ path })).code === 404);
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
  const { code, content } = await post('hostpods', 'HostPod', {
    programs: [{ name: 'a', image: 'a', command: ['/a'], secrets: [{ path: '/k', secretName: 'keys' }] }],
  });
  assert.equal(code, 403);
  assert.match((content as { message: string }).message, /spec\.programs uses/);
});

test('whoever writes a class whose patches change programs of a host needs the right to run them', async () => {
  await using api = await open();
  const rbac = 'rbac.authorization.k8s.io';
  const apiVersionOfRoles = `${rbac}/v1`;
  const metadata = { name: 'classes' };
  const rules = [{ apiGroups: ['cluster.x-k8s.io'], resources: ['clusterclasses'], verbs: ['create'] }];
  const [role, binding] = ['clusterroles', 'clusterrolebindings'].map((resource) => ({
    ...{ group: rbac, version: 'v1', resource },
  })) as [GroupVersionResource, GroupVersionResource];
  await api.client.create(role, { apiVersion: apiVersionOfRoles, kind: 'ClusterRole', metadata, rules });
  await api.client.create(binding, {
    ...{ apiVersion: apiVersionOfRoles, kind: 'ClusterRoleBinding', metadata },
    ...{ roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'classes' } },
    ...{ subjects: [{ apiGroup: rbac, kind: 'User', name: 'ada' }] },
  });
  const token = await api.tokenOf('ada');
  const named = (group: string, kind: string) => ({
    templateRef: { apiVersion: `${group}.cluster.x-k8s.io/v1beta2`, kind, name: 'a' },
  });
  const controlPlane = named('controlplane', 'HostedControlPlaneTemplate');
  const { apiVersion, kind } = controlPlane.templateRef;
  const spec = {
    infrastructure: named('infrastructure', 'IgniteClusterTemplate'),
    controlPlane,
    patches: [
      {
        name: 'image',
        definitions: [
          {
            selector: { apiVersion, kind, matchResources: { controlPlane: true } },
            jsonPatches: [{ op: 'add', path: '/spec/template/spec/imageRepository', value: 'example.com' }],
          },
        ],
      },
    ],
  };
  const post = async (name: string, content: object) => {
    const body = {
      apiVersion: 'cluster.x-k8s.io/v1beta2',
      kind: 'ClusterClass',
      metadata: { name },
      spec: content,
    };
    return await api.ask({ path: `${home}/clusterclasses`, method: 'POST', body, token });
  };
  const { patches: _patches, ...plain } = spec;
  assert.equal((await post('plain', plain)).code, 201);
  const { code, content } = await post('patched', spec);
  assert.equal(code, 403);
  assert.match((content as { message: string }).message, /spec\.patches uses/);
});

test('the ready roles give rights to clusters: viewers look, operators scale and replace, admins create', async () => {
  await using api = await open();
  const rbac = 'rbac.authorization.k8s.io';
  const tokens = new Map<string, string>();
  for (const role of ['viewer', 'operator', 'admin']) {
    await api.client.create(
      { group: rbac, version: 'v1', resource: 'clusterrolebindings' },
      {
        ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: role } },
        ...{ roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: `ignite:${role}` } },
        ...{ subjects: [{ apiGroup: rbac, kind: 'User', name: role }] },
      },
    );
    tokens.set(role, await api.tokenOf(role));
  }
  const path = `${home}/machinedeployments`;
  const body = {
    ...{ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'MachineDeployment', metadata: { name: 'workers' } },
    spec: { clusterName: 'dev', template: { spec: machineSpec } },
  };
  const codes = async (request: {
    readonly path: string;
    readonly method?: string;
    readonly body?: (role: string) => object;
  }): Promise<readonly number[]> => {
    const answers: number[] = [];
    for (const [role, token] of tokens) {
      const { body: bodyOf, ...asked } = request;
      answers.push((await api.ask({ ...asked, ...(bodyOf && { body: bodyOf(role) }), token })).code);
    }
    return answers;
  };
  const named = (name: string): object => ({ ...body, metadata: { name } });
  assert.deepEqual(await codes({ path, method: 'POST', body: named }), [403, 403, 201]);
  const scale = {
    ...{ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'admin' }, spec: { replicas: 3 } },
  };
  assert.deepEqual(await codes({ path: `${path}/admin` }), [200, 200, 200]);
  assert.deepEqual(
    await codes({ path: `${path}/admin/scale`, method: 'PUT', body: () => scale }),
    [403, 200, 200],
  );
  assert.deepEqual(await codes({ path: `${path}/admin`, method: 'DELETE' }), [403, 403, 200]);
  assert.deepEqual(await codes({ path: `${home}/machines/gone`, method: 'DELETE' }), [403, 404, 404]);
  for (const { group, version, resource, isNamespaced } of servedClusterVersions) {
    const place = `/apis/${group}/${version}${isNamespaced ? '/namespaces/default' : ''}`;
    assert.deepEqual(await codes({ path: `${place}/${resource}` }), [200, 200, 200], resource);
  }
});

test('the controllers work from the first Cluster on', async (t) => {
  await using api = await open();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const log = (): void => {};
  const locksDir = mkdtempSync(join(tmpdir(), 'clusters-'));
  t.after(() => rmSync(locksDir, { recursive: true }));
  const running = runClusters(
    {
      client: api.client,
      host: { name: 'one', isAlone: false, locksDir },
      runHost: async () => {},
      clock: systemClock,
      schemas: valueSchemas,
      log,
    },
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
  await until('the cluster is provisioned', async () => (await phase()) === 'Provisioned');
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
