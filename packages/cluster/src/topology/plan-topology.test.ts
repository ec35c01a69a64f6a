import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ClusterClass, ClusterClassSpec, PatchSelector } from '../kinds/cluster-class.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { k3sControlPlaneSpecSchema, k3sControlPlaneTemplateSpecSchema } from '../kinds/k3s-control-plane.ts';
import type { Topology } from '../kinds/topology.ts';
import { simSchemas } from '../simulation/sim-schemas.sample.ts';
import { type TopologyPlan, planTopology } from './plan-topology.ts';

const { metadata } = sampleMachine({ name: 'dev' });
const template = (group: string, kind: string) => ({
  templateRef: { apiVersion: `${group}.cluster.x-k8s.io/v1beta2`, kind, name: 'own' },
});
const hosted: ClusterClassSpec = {
  infrastructure: template('infrastructure', 'IgniteClusterTemplate'),
  controlPlane: template('controlplane', 'HostedControlPlaneTemplate'),
  workers: {
    machineDeployments: [
      {
        class: 'default',
        bootstrap: template('bootstrap', 'KubeadmConfigTemplate'),
        infrastructure: template('infrastructure', 'IgniteMachineTemplate'),
        metadata: { labels: { a: 'class', b: 'class' } },
        minReadySeconds: 5,
        healthCheck: { checks: { nodeStartupTimeoutSeconds: 300 }, remediation: { maxInFlight: 1 } },
      },
    ],
  },
};
const contents: Readonly<Record<string, object>> = {
  IgniteMachineTemplate: { vm: { image: { oci: 'node:v1' }, memory: '2GB', copyFiles: [] } },
};
const topology: Topology = {
  classRef: { name: 'hosted' },
  version: 'v1.35.4',
  workers: { machineDeployments: [{ class: 'default', name: 'pool', replicas: 2 }] },
};

function plan(spec: Partial<ClusterClassSpec> = {}, change: Partial<Topology> = {}, refs = {}): TopologyPlan {
  const own = { ...metadata, name: 'hosted' };
  const clusterClass = { kind: 'ClusterClass', apiVersion: '', metadata: own, spec: { ...hosted, ...spec } };
  const wanted = { ...topology, ...change };
  const cluster: Cluster = { kind: 'Cluster', apiVersion: '', metadata, spec: { topology: wanted, ...refs } };
  return planTopology(
    {
      class: clusterClass as ClusterClass,
      templateOf: ({ apiVersion, kind, name }): KubeObject => ({
        ...{ apiVersion, kind, metadata: { ...metadata, name } },
        spec: { template: { spec: contents[kind] ?? {} } },
      }),
    },
    { cluster, topology: wanted, controlPlane: undefined, deployments: new Map(), machines: [] },
    simSchemas,
  );
}

const machinePatch = (path: string, value: unknown): Partial<ClusterClassSpec> => ({
  patches: [
    {
      name: 'p',
      definitions: [
        {
          selector: {
            ...hosted.workers!.machineDeployments![0]!.infrastructure.templateRef,
            matchResources: { machineDeploymentClass: { names: ['default'] } },
          } as PatchSelector,
          jsonPatches: [{ op: 'add', path: `/spec/template/spec/vm/${path}`, value }],
        },
      ],
    },
  ],
});

test('a hosted control plane has no machines, and its workers what class and topology say', () => {
  const { controlPlane, deployments, templates, healthChecks } = plan(
    {},
    {
      workers: {
        machineDeployments: [
          {
            ...{ class: 'default', name: 'pool', replicas: 2, minReadySeconds: 9 },
            metadata: { labels: { b: 'topology' } },
          },
        ],
      },
    },
  );
  assert.deepEqual(controlPlane.spec, { version: 'v1.35.4' });
  assert.equal(controlPlane.reference.kind, 'HostedControlPlane');
  assert.deepEqual(
    templates.map(({ reference }) => reference.kind),
    ['KubeadmConfigTemplate', 'IgniteMachineTemplate'],
  );
  assert.partialDeepStrictEqual(deployments[0]!.spec, {
    clusterName: 'dev',
    replicas: 2,
    remediation: { maxInFlight: 1 },
    template: { metadata: { labels: { a: 'class', b: 'topology' } }, spec: { minReadySeconds: 9 } },
  });
  assert.partialDeepStrictEqual(healthChecks[0]!.spec, {
    checks: { nodeStartupTimeoutSeconds: 300 },
    selector: { matchLabels: { 'topology.cluster.x-k8s.io/deployment-name': 'pool' } },
  });
});

describe('health checks', () => {
  const withCheck = (healthCheck: object): Partial<Topology> => ({
    workers: { machineDeployments: [{ class: 'default', name: 'pool', healthCheck }] },
  });
  test('a topology can switch them off, or say its own', () => {
    assert.deepEqual(plan({}, withCheck({ enabled: false })).healthChecks, []);
    const own = plan({}, withCheck({ checks: { nodeStartupTimeoutSeconds: 60 } }));
    assert.partialDeepStrictEqual(own.healthChecks[0]!.spec, { checks: { nodeStartupTimeoutSeconds: 60 } });
  });
  test('one that is enabled must be said somewhere', () => {
    assert.throws(() => plan({}, { controlPlane: { healthCheck: { enabled: true } } }), /says how to check/);
  });
});

test('a control plane by k3s has the machines of its class, in the form of its own', () => {
  const machineInfrastructure = template('infrastructure', 'IgniteMachineTemplate');
  const controlPlane = { ...template('controlplane', 'KThreesControlPlaneTemplate'), machineInfrastructure };
  const version = 'v1.35.4+k3s1';
  const deletion = { nodeDrainTimeoutSeconds: 90 };
  const { templates, ...planned } = plan(
    { controlPlane },
    { version, controlPlane: { replicas: 3, deletion } },
  );
  const { spec } = planned.controlPlane;
  assert.partialDeepStrictEqual(spec, {
    machineTemplate: {
      infrastructureRef: {
        apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
        kind: 'IgniteMachineTemplate',
        name: templates[0]!.reference.name,
      },
      nodeDrainTimeout: '90s',
    },
  });
  assert.deepEqual(v.safeParse(k3sControlPlaneSpecSchema, spec).issues, undefined);
  assert.equal(v.safeParse(k3sControlPlaneTemplateSpecSchema, { template: { spec: {} } }).issues, undefined);
  assert.throws(
    () => plan({ controlPlane }, { version, controlPlane: { taints: [] } }),
    /control planes by k3s have no taints/,
  );
});

test('names come from the templates of the class, and are the same each time', () => {
  const naming = { template: '{{ .cluster.name }}-cp' };
  const named = plan({ controlPlane: { ...hosted.controlPlane, naming } });
  assert.equal(named.controlPlane.reference.name, 'dev-cp');
  assert.deepEqual(plan().templates, plan().templates);
  assert.match(plan().deployments[0]!.reference.name, /^dev-pool-[0-9a-f]{5}$/);
});

test('a naming that does not tell MachineDeployments apart is a problem', () => {
  const [ofClass] = hosted.workers!.machineDeployments!;
  const named = (template: string): TopologyPlan =>
    plan(
      { workers: { machineDeployments: [{ ...ofClass!, naming: { template } }] } },
      {
        workers: {
          machineDeployments: [
            { class: 'default', name: 'a' },
            { class: 'default', name: 'b' },
          ],
        },
      },
    );
  assert.throws(() => named('{{ .cluster.name }}-md'), /several MachineDeployments dev-md/);
  assert.equal(named('{{ .cluster.name }}-{{ .machineDeployment.topologyName }}').deployments.length, 2);
  for (const failing of ['{{ .cluster.name.first }}', '{{'])
    assert.throws(() => named(failing), { name: 'TopologyProblem', message: /^the naming of the class: / });
});

test('another content of a template has another name', () => {
  const nameOf = ({ templates }: TopologyPlan) => templates[1]!.reference.name;
  assert.notEqual(nameOf(plan(machinePatch('memory', '4GB'))), nameOf(plan()));
  assert.equal(nameOf(plan(machinePatch('memory', '2GB'))), nameOf(plan()));
});

test('no patch has a template use more of the host than its author could', () => {
  assert.throws(
    () => plan(machinePatch('image', { oci: 'oci-archive:/root/x.tar' })),
    /use more of the host than it does itself: spec\.template\.spec\.vm\.image/,
  );
  assert.doesNotThrow(() => plan(machinePatch('image', { oci: 'example.com/node:v2' })));
  assert.throws(
    () => plan(machinePatch('copyFiles', [{ hostPath: '/etc/shadow', vmPath: '/x' }])),
    /patches have IgniteMachineTemplate own use more of the host than it does itself: spec\.template\.spec\.vm\.copyFiles/,
  );
});

test('no patch has a control plane use the etcd of others', () => {
  const { apiVersion, kind } = hosted.controlPlane.templateRef;
  const patch = {
    selector: { apiVersion, kind, matchResources: { controlPlane: true } } as PatchSelector,
    jsonPatches: [
      { op: 'add' as const, path: '/spec/template/spec/etcd', value: { external: { name: 'others' } } },
    ],
  };
  assert.throws(
    () => plan({ patches: [{ name: 'p', definitions: [patch] }] }),
    /HostedControlPlaneTemplate own use more of the host than it does itself: spec\.template\.spec\.etcd\.external/,
  );
});

test('a class whose templates are of other kinds does not fit', () => {
  const controlPlaneRef = {
    ...{ apiGroup: 'controlplane.cluster.x-k8s.io', kind: 'KubeadmControlPlane', name: 'dev' },
  };
  assert.throws(() => plan({}, {}, { controlPlaneRef }), /the control plane must stay KubeadmControlPlane/);
});
