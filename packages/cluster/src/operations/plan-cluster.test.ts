import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hubOf } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { parseAllDocuments, stringify } from 'yaml';
import { kinds } from '../kinds/kinds.ts';
import type { ClusterRequest } from './cluster-request.ts';
import { planCluster } from './plan-cluster.ts';

const shape = { image: 'ignite-kubernetes:v1.35.4', cpus: 2, memory: '2GB', diskSize: '10GB' };
const hosted: ClusterRequest = {
  name: 'dev',
  namespace: 'default',
  version: 'v1.35.4',
  distribution: 'kubeadm',
  controlPlane: { kind: 'hosted', replicas: 1 },
  workers: { replicas: 1, shape },
  podNetwork: { kind: 'podnet' },
  isEmulated: true,
};
const inVms: ClusterRequest = {
  ...hosted,
  namespace: 'prod',
  controlPlane: { kind: 'vm', replicas: 3, endpoint: { host: '10.61.0.10', port: 6443 }, shape },
  workers: { replicas: 2, shape: { ...shape, memory: '4GB' } },
  podNetwork: { kind: 'none' },
};

const ofK3s: ClusterRequest = {
  ...inVms,
  version: 'v1.35.4+k3s1',
  distribution: 'k3s',
  controlPlane: { kind: 'vm', replicas: 3, shape: { ...shape, image: 'ignite-k3s:v1.35.4-k3s1' } },
};

const textOf = (request: ClusterRequest): string =>
  planCluster(request)
    .map(({ object }) => stringify(object, { aliasDuplicateObjects: false }))
    .join('---\n');

for (const [name, request] of Object.entries({
  'hosted-control-plane': hosted,
  'hosted-replicas': { ...hosted, controlPlane: { kind: 'hosted', replicas: 3 } },
  'control-plane-in-vms': inVms,
  'one-vm': {
    ...inVms,
    isEmulated: false,
    controlPlane: { kind: 'vm', replicas: 1, shape },
    workers: { replicas: 0, shape },
  },
  k3s: ofK3s,
} satisfies Record<string, ClusterRequest>))
  test(`planCluster: ${name}`, (t) => {
    t.assert.fileSnapshot(textOf(request), join(import.meta.dirname, `golden/${name}.yaml`), {
      serializers: [(text: string) => text],
    });
  });

test('planCluster: what is planned is valid, and the Cluster comes last', () => {
  for (const request of [hosted, inVms, ofK3s]) {
    const planned = planCluster(request);
    assert.equal(planned.at(-1)?.object.kind, 'Cluster');
    for (const { object } of planned) {
      const kind = kinds.find((each) => each.kind === object.kind);
      if (!kind) {
        assert.ok(['HostedControlPlane', 'ConfigMap'].includes(object.kind), object.kind);
        continue;
      }
      const { success, issues } = v.safeParse(hubOf(kind).spec!, object['spec']);
      assert.ok(success, `${object.kind}: ${issues?.map(({ message }) => message).join(', ')}`);
    }
  }
});

test('planCluster: another content of a template is another template, and the same content the same one', () => {
  const templatesOf = (request: ClusterRequest): readonly string[] =>
    planCluster(request)
      .filter(({ object }) => object.kind === 'IgniteMachineTemplate')
      .map(({ object }) => object.metadata.name!);
  assert.deepEqual(templatesOf(hosted), templatesOf({ ...hosted, version: 'v1.36.3' }));
  const bigger = { ...hosted, workers: { replicas: 1, shape: { ...shape, cpus: 4 } } };
  assert.notDeepEqual(templatesOf(hosted), templatesOf(bigger));
});

test('planCluster: machines of an image of kind get what makes machines of them, and others do not', () => {
  const pathsOf = (request: ClusterRequest): readonly string[] =>
    planCluster(request).flatMap(({ object }) =>
      [...stringify(object).matchAll(/path: (\/kind\/|.*\/90-machine\.conf)/g)].map(([, path]) => path!),
    );
  const ofKind = { ...shape, image: 'docker.io/kindest/node:v1.35.4@sha256:0123' };
  const workers = { replicas: 1, shape: ofKind };
  const paths = [
    '/etc/systemd/system/kubelet.service.d/90-machine.conf',
    ...['/kind/', '/kind/', '/etc/sysctl.d/90-machine.conf'],
  ];
  assert.deepEqual(pathsOf({ ...hosted, workers }), paths);
  const controlPlane = { kind: 'vm', replicas: 1, shape: ofKind } as const;
  assert.deepEqual(pathsOf({ ...inVms, workers, controlPlane }), [...paths, ...paths]);
  assert.deepEqual(pathsOf(inVms), []);
});

test('planCluster: podnet gets the rights that the node image has a file of', () => {
  const rights = join(
    import.meta.dirname,
    '../../../../images/kubernetes/files/usr/local/share/podnet/rights.yaml',
  );
  const [manifests] = planCluster(hosted).flatMap(({ object }) => {
    const { data } = object as { readonly data?: Readonly<Record<string, string>> };
    return data?.['manifests.yaml'] ?? [];
  });
  const objectsIn = (text: string): readonly unknown[] =>
    parseAllDocuments(text).map((document): unknown => document.toJS());
  assert.deepEqual(objectsIn(manifests!), objectsIn(readFileSync(rights, 'utf8')));
});
