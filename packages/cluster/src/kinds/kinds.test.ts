import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { pluralOf } from '../runtime/provider-kinds.ts';
import { kinds } from './kinds.ts';

const resourceOf = (kind: string) => {
  const found = kinds.find((each) => each.kind === kind)!;
  return { group: found.group, version: 'v1beta2', resource: found.plural };
};

const manifest = (kind: string, spec: unknown, metadata: NewObject['metadata'] = {}): NewObject => ({
  apiVersion: `${resourceOf(kind).group}/v1beta2`,
  kind,
  metadata: { name: 'a', namespace: 'default', ...metadata },
  spec,
});

const infrastructureRef = {
  apiGroup: 'infrastructure.cluster.x-k8s.io',
  kind: 'IgniteMachineTemplate',
  name: 'small',
};
const machineSpec = { clusterName: 'dev', bootstrap: { dataSecretName: 'data' }, infrastructureRef };
const deploymentSpec = { clusterName: 'dev', template: { spec: machineSpec } };
const controlPlaneSpec = { version: 'v1.35.4', machineTemplate: { spec: { infrastructureRef } } };

const machines = { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'IgniteMachineTemplate' };
const named = (apiVersion: string, kind: string) => ({ templateRef: { apiVersion, kind, name: 'a' } });
const workerClass = {
  class: 'default',
  bootstrap: named('bootstrap.cluster.x-k8s.io/v1beta2', 'KubeadmConfigTemplate'),
  infrastructure: { templateRef: { ...machines, name: 'a' } },
};
const classSpec = {
  infrastructure: named('infrastructure.cluster.x-k8s.io/v1beta2', 'IgniteClusterTemplate'),
  controlPlane: named('controlplane.cluster.x-k8s.io/v1beta2', 'HostedControlPlaneTemplate'),
  workers: { machineDeployments: [workerClass] },
};
const withPatch = (definition: object) => ({
  ...classSpec,
  patches: [
    {
      name: 'p',
      definitions: [
        {
          selector: { ...machines, matchResources: { machineDeploymentClass: { names: ['default'] } } },
          jsonPatches: [{ op: 'add', path: '/spec/a', value: 1 }],
          ...definition,
        },
      ],
    },
  ],
});

const open = (): ObjectClient => new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));

const create = async (kind: string, spec: unknown, metadata?: NewObject['metadata']): Promise<KubeObject> =>
  await open().create(resourceOf(kind), manifest(kind, spec, metadata));

describe('defaults', () => {
  test('a MachineDeployment selects its Machines by its name, and labels them', async () => {
    const { spec, metadata } = await create('MachineDeployment', deploymentSpec);
    assert.deepEqual(spec, {
      clusterName: 'dev',
      replicas: 1,
      selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'a' } },
      template: {
        metadata: {
          labels: { 'cluster.x-k8s.io/cluster-name': 'dev', 'cluster.x-k8s.io/deployment-name': 'a' },
        },
        spec: machineSpec,
      },
    });
    assert.deepEqual(metadata.labels, { 'cluster.x-k8s.io/cluster-name': 'dev' });
  });

  test('a selector whose labels are null is none', async () => {
    const selector = { matchLabels: null };
    const { spec } = await create('MachineDeployment', { ...deploymentSpec, selector });
    assert.partialDeepStrictEqual(spec, {
      selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'a' } },
    });
  });

  test('replicas begin with the smallest number where an autoscaler is at work', async () => {
    const group = 'cluster.x-k8s.io/cluster-api-autoscaler-node-group';
    const both = { [`${group}-min-size`]: '3', [`${group}-max-size`]: '5' };
    for (const [annotations, replicas] of [
      [both, 3],
      [{ [`${group}-min-size`]: '3' }, 1],
    ] as const)
      assert.equal(
        ((await create('MachineDeployment', deploymentSpec, { annotations })).spec as { replicas: number })
          .replicas,
        replicas,
      );
  });

  test('a version is written with its v', async () => {
    const { spec } = await create('Machine', { ...machineSpec, version: '1.35.4' });
    assert.equal((spec as { version: string }).version, 'v1.35.4');
  });
});

describe('what is refused', () => {
  const cases: readonly (readonly [string, string, unknown, RegExp])[] = [
    [
      'a selector that does not select the template',
      'MachineSet',
      { ...deploymentSpec, selector: { matchLabels: { x: 'y' } } },
      /selector must select the labels of the template/,
    ],
    [
      'a template of another cluster',
      'MachineDeployment',
      { ...deploymentSpec, template: { spec: { ...machineSpec, clusterName: 'other' } } },
      /template.spec.clusterName must be equal/,
    ],
    [
      'a rolling update that can do nothing',
      'MachineDeployment',
      {
        ...deploymentSpec,
        rollout: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      },
      /cannot both be 0/,
    ],
    ['a version that is none', 'Machine', { ...machineSpec, version: 'new' }, /must be a version/],
    [
      'a Machine without bootstrap',
      'Machine',
      { ...machineSpec, bootstrap: {} },
      /configRef or dataSecretName/,
    ],
    ['an unknown field', 'Cluster', { paused: true, more: 1 }, /unknown field "more"/],
    [
      'a hosted control plane whose etcd may be without a majority',
      'HostedControlPlane',
      { version: 'v1.35.4', replicas: 2 },
      /must be odd/,
    ],
    [
      'a program in the root of its image',
      'HostPod',
      {
        programs: [{ name: 'a', image: 'a', command: ['/a'], volumes: [{ name: 'data', path: '/' }] }],
      },
      /must be below/,
    ],
    [
      'two programs of one name',
      'HostPod',
      {
        programs: [
          { name: 'a', image: 'a', command: ['/a'] },
          { name: 'a', image: 'b', command: ['/b'] },
        ],
      },
      /must have different names/,
    ],
    [
      'an order of Pods that are not evicted',
      'MachineDrainRule',
      { drain: { behavior: 'Skip', order: 1 } },
      /order is only for the behavior Drain/,
    ],
    [
      'an entry that selects nothing',
      'MachineDrainRule',
      { drain: { behavior: 'Skip' }, pods: [{}] },
      /must have a selector/,
    ],
    [
      'a patch that selects no template of the class',
      'ClusterClass',
      withPatch({ selector: { ...machines, matchResources: { infrastructureCluster: true } } }),
      /patch p selects IgniteMachineTemplate of infrastructure/,
    ],
    [
      'a patch with a variable that is not defined',
      'ClusterClass',
      withPatch({ jsonPatches: [{ op: 'add', path: '/spec/a', valueFrom: { variable: 'size[0]' } }] }),
      /patch p uses the variable size, which the class does not define/,
    ],
    [
      'a patch outside the spec',
      'ClusterClass',
      withPatch({ jsonPatches: [{ op: 'remove', path: '/metadata/labels' }] }),
      /must begin with \/spec\//,
    ],
    [
      'a patch with two values',
      'ClusterClass',
      withPatch({
        jsonPatches: [{ op: 'add', path: '/spec/a', value: 1, valueFrom: { variable: 'builtin' } }],
      }),
      /either value or valueFrom/,
    ],
    [
      'a template with a function that is not known',
      'ClusterClass',
      withPatch({ jsonPatches: [{ op: 'add', path: '/spec/a', valueFrom: { template: '{{ env "A" }}' } }] }),
      /Go template whose functions are known/,
    ],
    [
      'a variable called builtin',
      'ClusterClass',
      { ...classSpec, variables: [{ name: 'builtin', schema: { openAPIV3Schema: { type: 'string' } } }] },
      /must not be builtin/,
    ],
    [
      'two MachineDeployments of one name',
      'Cluster',
      {
        topology: {
          ...{ classRef: { name: 'a' }, version: 'v1.35.4' },
          workers: {
            machineDeployments: [
              { class: 'a', name: 'a' },
              { class: 'b', name: 'a' },
            ],
          },
        },
      },
      /must have different names/,
    ],
    [
      'certificates that are always about to expire',
      'KubeadmControlPlane',
      { ...controlPlaneSpec, rollout: { before: { certificatesExpiryDays: 365 } } },
      /must be less than certificates last/,
    ],
    ['an even control plane', 'KubeadmControlPlane', { ...controlPlaneSpec, replicas: 2 }, /must be odd/],
    [
      'a small control plane without surge',
      'KubeadmControlPlane',
      { ...controlPlaneSpec, rollout: { strategy: { rollingUpdate: { maxSurge: 0 } } } },
      /needs at least 3/,
    ],
    [
      'a health check of what health checks write',
      'MachineHealthCheck',
      {
        clusterName: 'dev',
        selector: {},
        checks: { unhealthyMachineConditions: [{ type: 'Ready', status: 'False', timeoutSeconds: 1 }] },
      },
      /must not be Ready, Available/,
    ],
    [
      'a startup time that is too short',
      'MachineHealthCheck',
      { clusterName: 'dev', selector: {}, checks: { nodeStartupTimeoutSeconds: 29 } },
      /must be 0 or at least 30/,
    ],
    ...['oci-archive:/root/x.tar', 'docker-daemon:x', 'containerd:x'].flatMap(
      (image): readonly (readonly [string, string, object, RegExp])[] => [
        [
          `a program of ${image}`,
          'HostPod',
          { programs: [{ name: 'a', image, command: ['/a'] }] },
          /image: must be an image of a registry/,
        ],
        [
          `components of ${image}`,
          'HostedControlPlane',
          { version: 'v1.35.4', imageRepository: image },
          /imageRepository: must be a repository of a registry/,
        ],
      ],
    ),
    [
      'a port without a host',
      'HostedControlPlane',
      { version: 'v1.35.4', controlPlaneEndpoint: { port: 443 } },
      /must have a host for its port/,
    ],
    [
      'a file with two contents',
      'KubeadmConfig',
      { files: [{ path: '/a', content: '', contentFrom: { secret: { name: 'a', key: 'b' } } }] },
      /either content or contentFrom/,
    ],
  ];
  for (const [name, kind, spec, problem] of cases)
    test(name, async () => {
      await assert.rejects(create(kind, spec), problem);
    });
});

describe('what cannot be changed', () => {
  const cases: readonly (readonly [string, string, object, object, RegExp | undefined])[] = [
    [
      'the cluster of a Machine',
      'Machine',
      machineSpec,
      { clusterName: 'b' },
      /clusterName: cannot be changed/,
    ],
    [
      'two minor versions at once',
      'KubeadmControlPlane',
      controlPlaneSpec,
      { version: 'v1.37.0' },
      /skip a minor/,
    ],
    ['one minor version', 'KubeadmControlPlane', controlPlaneSpec, { version: 'v1.36.3' }, undefined],
    [
      'two minor versions of a hosted control plane at once',
      'HostedControlPlane',
      { version: 'v1.35.4' },
      { version: 'v1.37.0' },
      /skip a minor version of Kubernetes: v1.35.4 is what runs now/,
    ],
    [
      'a hosted control plane to an older version',
      'HostedControlPlane',
      { version: 'v1.35.4' },
      { version: 'v1.34.4' },
      /must not go back/,
    ],
    [
      'one minor version of a hosted control plane',
      'HostedControlPlane',
      { version: 'v1.35.4' },
      { version: 'v1.36.3' },
      undefined,
    ],
    [
      'the endpoint of a hosted control plane',
      'HostedControlPlane',
      { version: 'v1.35.4', controlPlaneEndpoint: { host: '10.61.0.2', port: 6443 } },
      { controlPlaneEndpoint: { host: '10.61.0.2', port: 443 } },
      /controlPlaneEndpoint: cannot be changed/,
    ],
    [
      'the first endpoint of a hosted control plane',
      'HostedControlPlane',
      { version: 'v1.35.4', controlPlaneEndpoint: { host: 'api.example' } },
      { controlPlaneEndpoint: { host: 'api.example', port: 6443 } },
      undefined,
    ],
    [
      'a host for a hosted control plane that one has taken',
      'HostedControlPlane',
      { version: 'v1.35.4' },
      { hostName: 'b' },
      /hostName: cannot be changed/,
    ],
    ['the host of a pod', 'HostPod', { hostName: 'a' }, { hostName: 'b' }, /hostName: cannot be changed/],
    ['the router of a pod', 'HostPod', { router: 'a' }, { router: 'b' }, /router: cannot be changed/],
    [
      'where etcd is',
      'KubeadmControlPlane',
      controlPlaneSpec,
      {
        kubeadmConfigSpec: {
          clusterConfiguration: {
            etcd: { external: { endpoints: ['https://x'], caFile: '/a', certFile: '/b', keyFile: '/c' } },
          },
        },
      },
      /between local and external/,
    ],
    [
      'a topology to none',
      'Cluster',
      { topology: { classRef: { name: 'a' }, version: 'v1.35.4' } },
      { topology: undefined },
      /topology: cannot be taken away/,
    ],
    [
      'the kind of the machines of a class',
      'ClusterClass',
      classSpec,
      {
        workers: {
          machineDeployments: [
            {
              ...workerClass,
              infrastructure: { templateRef: { ...machines, kind: 'OtherTemplate', name: 'a' } },
            },
          ],
        },
      },
      /must stay of the kind IgniteMachineTemplate/,
    ],
    ['a template', 'IgniteMachineTemplate', template('1GB'), template('2GB'), /spec: cannot be changed/],
  ];
  for (const [name, kind, spec, change, problem] of cases)
    test(name, async () => {
      const client = open();
      const made = await client.create(resourceOf(kind), manifest(kind, spec));
      const next = { ...made, spec: { ...(made.spec as object), ...change } };
      if (problem) await assert.rejects(client.update(resourceOf(kind), next), problem);
      else await client.update(resourceOf(kind), next);
    });
});

function template(memory: string): object {
  return { template: { spec: { vm: { image: { oci: 'debian:12' }, memory } } } };
}

test('every kind has the plural that its references are resolved by', () => {
  for (const { kind, plural, versions } of kinds) {
    assert.equal(plural, pluralOf(kind));
    assert.equal(versions.length, 1);
  }
});
