import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allowSchema } from '@ignite/toolkit/allowance/allow-spec';
import { findDenied } from '@ignite/toolkit/allowance/find-denied';
import type { LiveObject } from '@ignite/toolkit/apply/actuator';
import { withOwner } from '@ignite/toolkit/apply/plan-apply';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { configMapKind } from '@ignite/toolkit/core/config-map';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import * as v from 'valibot';
import { kinds } from '../kinds/kinds.ts';
import { declaredUses } from './declared-uses.ts';

const { signal } = new AbortController();
const scheme = new Scheme([...kinds, configMapKind]);
const example = join(import.meta.dirname, '../../../../examples/firekube/repository/host/cluster.yaml');
const read = (text: string): readonly Manifest[] => decodeManifests(text, 'cluster.yaml', scheme);
const whole = readFileSync(example, 'utf8');
const allowed = {
  services: ['programs', 'cluster-resource-sets'],
  networks: ['10.244.0.0/16'],
};

const denied = async (
  text: string,
  allow: object = allowed,
  live: readonly LiveObject[] = [],
): Promise<Readonly<Record<string, string>>> => {
  const input = { owner: 'site', allow: v.parse(allowSchema, allow), adopt: false, wanted: read(text), live };
  return Object.fromEntries(await findDenied(input, { ConfigMap: () => [], ...declaredUses }, signal));
};

test('a source may declare a whole cluster where the host lets it run programs', async () => {
  assert.deepEqual(await denied(whole), {});
  assert.deepEqual(Object.keys(await denied(whole, {})).sort(), [
    'ClusterResourceSet/prod-cni',
    'HostedControlPlane/prod',
    'IgniteMachineTemplate/prod-workers',
  ]);
});

test("a source brings nothing into somebody else's cluster", async () => {
  const [cluster] = read(whole).filter(({ kind }) => kind === 'Cluster');
  const owned = withOwner(cluster!, 'other');
  const live: LiveObject = {
    ...owned,
    metadata: { ...owned.metadata, uid: 'u' },
    health: { state: 'Healthy' },
  };
  const found = await denied(whole, allowed, [live]);
  assert.deepEqual(Object.keys(found), ['MachineDeployment/prod-workers']);
  assert.match(found['MachineDeployment/prod-workers']!, /^spec\.clusterName: .*: Cluster\/prod, which/);
  const foreign = whole.replace(
    'kind: HostedControlPlane, name: prod',
    'kind: HostedControlPlane, name: other',
  );
  assert.match(
    (await denied(foreign))['Cluster/prod']!,
    /^spec\.controlPlaneRef: .*HostedControlPlane\/other/,
  );
});

test('a source reads no Secret of others by the files of a machine', async () => {
  const file = '{path: /x, contentFrom: {secret: {name: others, key: a}}}';
  const template = `
apiVersion: bootstrap.cluster.x-k8s.io/v1beta2
kind: KubeadmConfigTemplate
metadata: {name: a}
spec: {template: {spec: {files: [${file}]}}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: KubeadmControlPlane
metadata: {name: a}
spec:
  version: v1.35.4
  machineTemplate: {spec: {infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: IgniteMachineTemplate, name: a}}}
  kubeadmConfigSpec: {files: [${file}]}
---
apiVersion: bootstrap.cluster.x-k8s.io/v1beta2
kind: KThreesConfigTemplate
metadata: {name: a}
spec: {template: {spec: {files: [${file}]}}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: KThreesControlPlane
metadata: {name: a}
spec:
  version: v1.35.4+k3s1
  machineTemplate: {infrastructureRef: {apiVersion: infrastructure.cluster.x-k8s.io/v1beta2, kind: IgniteMachineTemplate, name: a}}
  kthreesConfigSpec: {files: [${file}]}
`;
  const found = await denied(template);
  assert.match(found['KubeadmConfigTemplate/a']!, /^spec\.template\.spec\.files: .*Secret\/others, which/);
  assert.match(found['KubeadmControlPlane/a']!, /^spec\.kubeadmConfigSpec\.files: .*Secret\/others, which/);
  assert.match(found['KThreesConfigTemplate/a']!, /^spec\.template\.spec\.files: .*Secret\/others, which/);
  assert.match(found['KThreesControlPlane/a']!, /^spec\.kthreesConfigSpec\.files: .*Secret\/others, which/);
  const objects = ['Secret/others', 'IgniteMachineTemplate/a'];
  assert.deepEqual(await denied(template, { objects }), {});
  const unowned = await denied(template, { objects: ['Secret/others'] });
  for (const kind of ['KubeadmControlPlane', 'KThreesControlPlane'])
    assert.match(unowned[`${kind}/a`]!, /infrastructureRef: .*IgniteMachineTemplate\/a, which/);
});

test('a source makes no machines and no control planes of what others have brought', async () => {
  const change = (from: string, to: string): Promise<Readonly<Record<string, string>>> => {
    assert.ok(whole.includes(from));
    return denied(whole.replace(from, to));
  };
  const configRef = 'configRef: { apiGroup: bootstrap.cluster.x-k8s.io, kind: KubeadmConfigTemplate, name: ';
  const workers = 'MachineDeployment/prod-workers';
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      `${configRef}prod-workers }`,
      `${configRef}others }`,
      workers,
      /configRef: .*KubeadmConfigTemplate\/others, /,
    ],
    [
      `${configRef}prod-workers }`,
      'dataSecretName: others-kubeconfig',
      workers,
      /^spec\.template\.spec\.bootstrap\.dataSecretName: .*Secret\/others-kubeconfig, which/,
    ],
    [
      'kind: IgniteMachineTemplate, name: prod-workers',
      'kind: IgniteMachineTemplate, name: others',
      workers,
      /^spec\.template\.spec\.infrastructureRef: .*IgniteMachineTemplate\/others, which/,
    ],
    [
      '  infrastructureRef: { apiGroup: infrastructure.cluster.x-k8s.io, kind: IgniteCluster, name: prod }',
      '  topology: { classRef: { name: others }, version: v1.35.4 }',
      'Cluster/prod',
      /^spec\.topology\.classRef: .*ClusterClass\/others, which/,
    ],
  ];
  for (const [from, to, key, reason] of cases) {
    const found = await change(from, to);
    assert.deepEqual(Object.keys(found), [key]);
    assert.match(found[key]!, reason);
  }
});

test("machines take no addresses from somebody else's pool", async () => {
  const pool = `
apiVersion: ipam.cluster.x-k8s.io/v1beta2
kind: InClusterIPPool
metadata: {name: lan}
spec: {addresses: [10.0.0.9-10.0.0.20], prefix: 24}`;
  const machines = `
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: IgniteMachineTemplate
metadata: {name: prod}
spec:
  template:
    spec:
      vm: {image: {oci: node}}
      addressesFromPools: [{apiGroup: ipam.cluster.x-k8s.io, kind: InClusterIPPool, name: lan}]`;
  assert.deepEqual(await denied(`${pool}\n---${machines}`), {});
  assert.match(
    (await denied(machines))['IgniteMachineTemplate/prod'] ?? '',
    /^spec\.template\.spec\.addressesFromPools: .*InClusterIPPool\/lan/,
  );
});

test('a pool of all namespaces is in none, and may be allowed by its name', async () => {
  const machines = (kind: string): string => `
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: IgniteMachineTemplate
metadata: {name: prod, namespace: team}
spec:
  template:
    spec:
      vm: {image: {oci: node}}
      addressesFromPools: [{apiGroup: ipam.cluster.x-k8s.io, kind: ${kind}, name: lan}]`;
  const key = 'IgniteMachineTemplate/team/prod';
  const global = machines('GlobalInClusterIPPool');
  assert.match((await denied(global))[key] ?? '', /GlobalInClusterIPPool\/lan, which/);
  assert.deepEqual(await denied(global, { objects: ['GlobalInClusterIPPool/lan'] }), {});
  assert.match((await denied(machines('InClusterIPPool')))[key] ?? '', /InClusterIPPool\/team\/lan, which/);
});
