import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { type KindVersion, hubOf } from '@ignite/toolkit/scheme/kind';
import { seconds } from './forms.ts';
import { kindsWithV1beta1 } from './versions.ts';

const kindNamed = (name: string) => kindsWithV1beta1.find(({ kind }) => kind === name)!;
const olderOf = (name: string): KindVersion => kindNamed(name).versions.find(({ conversion }) => conversion)!;
const convert = (name: string, direction: 'toHub' | 'fromHub', spec: unknown, more: object = {}) =>
  olderOf(name).conversion![direction]({ metadata: { namespace: 'default' }, spec, ...more });

const poolRef = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'a' };
const oldReference = (kind: string) => ({
  ...{ apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind, name: 'a', namespace: 'default' },
});
const reference = (kind: string) => ({ apiGroup: 'infrastructure.cluster.x-k8s.io', kind, name: 'a' });
const oldMachine = {
  clusterName: 'dev',
  version: 'v1.35.4',
  bootstrap: {
    configRef: {
      ...{ apiVersion: 'bootstrap.cluster.x-k8s.io/v1beta1', kind: 'KubeadmConfigTemplate', name: 'a' },
      namespace: 'default',
    },
  },
  infrastructureRef: oldReference('IgniteMachineTemplate'),
  nodeDrainTimeout: '1m0s',
};
const machine = {
  clusterName: 'dev',
  version: 'v1.35.4',
  bootstrap: {
    configRef: { apiGroup: 'bootstrap.cluster.x-k8s.io', kind: 'KubeadmConfigTemplate', name: 'a' },
  },
  infrastructureRef: reference('IgniteMachineTemplate'),
  deletion: { nodeDrainTimeoutSeconds: 60 },
};
const oldConfig = {
  clusterConfiguration: {
    apiServer: { extraArgs: { b: '2', a: '1' }, timeoutForControlPlane: '20m0s' },
    etcd: { local: { extraArgs: { 'heartbeat-interval': '500' } } },
    networking: { podSubnet: '10.0.0.0/8' },
  },
  joinConfiguration: { nodeRegistration: { kubeletExtraArgs: { v: '4' } } },
  useExperimentalRetryJoin: true,
};
const config = {
  clusterConfiguration: {
    apiServer: {
      extraArgs: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    },
    etcd: { local: { extraArgs: [{ name: 'heartbeat-interval', value: '500' }] } },
  },
  initConfiguration: { timeouts: { controlPlaneComponentHealthCheckSeconds: 1_200 } },
  joinConfiguration: { nodeRegistration: { kubeletExtraArgs: [{ name: 'v', value: '4' }] } },
};
const oldCheck = {
  nodeStartupTimeout: '10m0s',
  unhealthyConditions: [{ type: 'Ready', status: 'Unknown', timeout: '5m0s' }],
  maxUnhealthy: '40%',
};
const check = {
  checks: {
    nodeStartupTimeoutSeconds: 600,
    unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 300 }],
  },
  remediation: { triggerIf: { unhealthyLessThanOrEqualTo: '40%' } },
};

/** A spec of each kind in v1beta1, and what it is in v1beta2. */
const cases: readonly (readonly [string, object, object])[] = [
  [
    'Cluster',
    {
      paused: true,
      infrastructureRef: oldReference('IgniteCluster'),
      topology: {
        class: 'hosted',
        classNamespace: 'default',
        version: 'v1.35.4',
        controlPlane: {
          replicas: 3,
          nodeDrainTimeout: '10s',
          machineHealthCheck: { enable: true, ...oldCheck },
        },
        workers: {
          machineDeployments: [
            {
              class: 'default',
              name: 'a',
              strategy: {
                type: 'RollingUpdate',
                rollingUpdate: { maxSurge: 2, maxUnavailable: 0, deletePolicy: 'Oldest' },
              },
            },
          ],
        },
      },
    },
    {
      paused: true,
      infrastructureRef: reference('IgniteCluster'),
      topology: {
        classRef: { name: 'hosted', namespace: 'default' },
        version: 'v1.35.4',
        controlPlane: {
          replicas: 3,
          deletion: { nodeDrainTimeoutSeconds: 10 },
          healthCheck: { enabled: true, ...check },
        },
        workers: {
          machineDeployments: [
            {
              class: 'default',
              name: 'a',
              rollout: {
                strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
              },
              deletion: { order: 'Oldest' },
            },
          ],
        },
      },
    },
  ],
  ['Machine', oldMachine, machine],
  [
    'MachineSet',
    {
      clusterName: 'dev',
      replicas: 2,
      minReadySeconds: 7,
      deletePolicy: 'Newest',
      selector: { matchLabels: { a: 'b' } },
      machineNamingStrategy: { template: '{{ .random }}' },
      template: { metadata: { labels: { a: 'b' } }, spec: oldMachine },
    },
    {
      clusterName: 'dev',
      replicas: 2,
      deletion: { order: 'Newest' },
      selector: { matchLabels: { a: 'b' } },
      machineNaming: { template: '{{ .random }}' },
      template: { metadata: { labels: { a: 'b' } }, spec: { ...machine, minReadySeconds: 7 } },
    },
  ],
  [
    'MachineDeployment',
    {
      clusterName: 'dev',
      replicas: 2,
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: 600,
      rolloutAfter: '2026-01-01T00:00:00Z',
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0, deletePolicy: 'Random' },
        remediation: { maxInFlight: 1 },
      },
      template: { spec: oldMachine },
    },
    {
      clusterName: 'dev',
      replicas: 2,
      rollout: {
        after: '2026-01-01T00:00:00Z',
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      },
      deletion: { order: 'Random' },
      remediation: { maxInFlight: 1 },
      template: { spec: machine },
    },
  ],
  [
    'MachinePool',
    { clusterName: 'dev', replicas: 2, minReadySeconds: 7, template: { spec: oldMachine } },
    { clusterName: 'dev', replicas: 2, template: { spec: { ...machine, minReadySeconds: 7 } } },
  ],
  [
    'MachineHealthCheck',
    { clusterName: 'dev', selector: {}, ...oldCheck },
    { clusterName: 'dev', selector: {}, ...check },
  ],
  ['MachineDrainRule', { drain: { behavior: 'Skip' } }, { drain: { behavior: 'Skip' } }],
  ['KubeadmConfig', oldConfig, config],
  ['KubeadmConfigTemplate', { template: { spec: oldConfig } }, { template: { spec: config } }],
  [
    'KubeadmControlPlane',
    {
      replicas: 3,
      version: 'v1.35.4',
      machineTemplate: {
        infrastructureRef: oldReference('IgniteMachineTemplate'),
        nodeDeletionTimeout: '1h0m5s',
      },
      kubeadmConfigSpec: oldConfig,
      rolloutBefore: { certificatesExpiryDays: 21 },
      rolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      remediationStrategy: { maxRetry: 2, retryPeriod: '5m0s' },
    },
    {
      replicas: 3,
      version: 'v1.35.4',
      machineTemplate: {
        spec: {
          infrastructureRef: reference('IgniteMachineTemplate'),
          deletion: { nodeDeletionTimeoutSeconds: 3_605 },
        },
      },
      kubeadmConfigSpec: config,
      rollout: {
        before: { certificatesExpiryDays: 21 },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      },
      remediation: { maxRetry: 2, retryPeriodSeconds: 300 },
    },
  ],
  [
    'KubeadmControlPlaneTemplate',
    { template: { spec: { kubeadmConfigSpec: oldConfig, rolloutBefore: { certificatesExpiryDays: 21 } } } },
    {
      template: { spec: { kubeadmConfigSpec: config, rollout: { before: { certificatesExpiryDays: 21 } } } },
    },
  ],
  [
    'ClusterResourceSet',
    { clusterSelector: { matchLabels: { a: 'b' } }, resources: [], strategy: 'Reconcile' },
    { clusterSelector: { matchLabels: { a: 'b' } }, resources: [], strategy: 'Reconcile' },
  ],
  ['IPAddressClaim', { clusterName: 'dev', poolRef }, { clusterName: 'dev', poolRef }],
  [
    'IPAddress',
    { claimRef: { name: 'a' }, poolRef, address: '10.0.0.9', prefix: 24 },
    { claimRef: { name: 'a' }, poolRef, address: '10.0.0.9', prefix: 24 },
  ],
  ['InClusterIPPool', { addresses: ['10.0.0.9'], prefix: 24 }, { addresses: ['10.0.0.9'], prefix: 24 }],
  ['GlobalInClusterIPPool', { addresses: ['10.0.0.9'], prefix: 24 }, { addresses: ['10.0.0.9'], prefix: 24 }],
  ['ClusterResourceSetBinding', { clusterName: 'dev', bindings: [] }, { clusterName: 'dev', bindings: [] }],
];

for (const [kind, old, next] of cases)
  describe(`${kind} of v1beta1`, () => {
    test('becomes one of v1beta2, whose schema allows it', () => {
      const { spec } = convert(kind, 'toHub', old);
      assert.deepEqual(spec, next);
      const { issues } = v.safeParse(hubOf(kindNamed(kind)).spec!, spec);
      assert.deepEqual(issues?.map(({ message }) => message) ?? [], []);
    });
    test('and comes back without loss', () => {
      const up = convert(kind, 'toHub', old);
      assert.deepEqual(convert(kind, 'fromHub', up.spec, { metadata: up.metadata }).spec, old);
    });
    test('as does one of v1beta2', () => {
      const down = convert(kind, 'fromHub', next);
      assert.deepEqual(convert(kind, 'toHub', down.spec, { metadata: down.metadata }).spec, next);
    });
  });

test('every kind that has an older version is tried here', () => {
  const all = kindsWithV1beta1.filter(({ versions }) => versions.length > 1).map(({ kind }) => kind);
  assert.deepEqual(all.toSorted(), cases.map(([kind]) => kind).toSorted());
});

test('what v1beta1 cannot express is kept, and not brought back once it was taken away', () => {
  const spec = { ...machine, unheard: { of: 1 }, deletion: { ...machine.deletion, other: 2 } };
  const down = convert('Machine', 'fromHub', spec);
  assert.partialDeepStrictEqual(down.spec, { nodeDrainTimeout: '1m0s' });
  const { nodeDrainTimeout: _gone, ...changed } = down.spec as typeof oldMachine;
  assert.deepEqual(convert('Machine', 'toHub', down.spec, { metadata: down.metadata }).spec, spec);
  assert.deepEqual(
    (convert('Machine', 'toHub', changed, { metadata: down.metadata }).spec as typeof spec).deletion,
    { other: 2 },
  );
});

test('arguments that v1beta1 cannot tell apart come back in their order, unless somebody has changed them', () => {
  const extraArgs = [
    { name: 'z', value: '1' },
    { name: 'a', value: '1' },
    { name: 'a', value: '2' },
  ];
  const spec = { clusterConfiguration: { apiServer: { extraArgs } }, files: [{ path: '/x' }] };
  const down = convert('KubeadmConfig', 'fromHub', spec);
  const back = (changed: unknown): unknown =>
    convert('KubeadmConfig', 'toHub', changed, { metadata: down.metadata }).spec;
  assert.deepEqual(back(down.spec), spec);
  assert.deepEqual(back({ ...(down.spec as object), files: [{ path: '/y' }] }), {
    ...spec,
    files: [{ path: '/y' }],
  });
  assert.deepEqual(back({ clusterConfiguration: { apiServer: { extraArgs: { z: '1', a: '3' } } } }), {
    clusterConfiguration: {
      apiServer: {
        extraArgs: [
          { name: 'a', value: '3' },
          { name: 'z', value: '1' },
        ],
      },
    },
  });
});

test('a status tells the same in both', () => {
  const condition = {
    ...{ type: 'Ready', status: 'False', reason: 'NotReady', message: 'no node' },
    ...{ lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 3 },
  };
  const status = {
    initialization: { infrastructureProvisioned: true },
    nodeRef: { name: 'node' },
    phase: 'Running',
    conditions: [condition],
  };
  const down = convert('Machine', 'fromHub', machine, { status });
  assert.deepEqual(down.status, {
    infrastructureReady: true,
    nodeRef: { apiVersion: 'v1', kind: 'Node', name: 'node' },
    phase: 'Running',
    v1beta2: { conditions: [condition] },
    conditions: [
      {
        ...{ type: 'Ready', status: 'False', reason: 'NotReady', message: 'no node', severity: 'Info' },
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });
  assert.deepEqual(convert('Machine', 'toHub', down.spec, { status: down.status }).status, status);
});

test('times are whole seconds, and what is none is left to the schema', () => {
  const place = { namespace: undefined };
  for (const [text, number] of [
    ['0', 0],
    ['0s', 0],
    ['90s', 90],
    ['1h30m', 5_400],
    ['1m0.6s', 61],
    ['soon', 'soon'],
    [5, 5],
  ] as const)
    assert.equal(seconds.up(text, place), number);
  for (const [number, text] of [
    [0, '0s'],
    [90, '1m30s'],
    [3_600, '1h0m0s'],
  ] as const)
    assert.equal(seconds.down(number, place), text);
});
