import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessRules } from '@ignite/apiserver/authorization/access-rules';
import { checkHostUses } from '@ignite/apiserver/authorization/writes/check-host-uses';
import { hostUses } from '@ignite/cluster/kinds/host-uses';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

const nobody = accessRules({ roles: [], clusterRoles: [], roleBindings: [], clusterRoleBindings: [] });

const object = (kind: string, spec: object): KubeObject & { readonly spec: object } => ({
  ...{ apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind, spec },
  metadata: {
    ...{ name: 'a', namespace: 'default', uid: 'u', resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-11-30T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
  },
});
const pod = (image: string) => object('HostPod', { programs: [{ name: 'a', image, command: ['/a'] }] });
const routed = (...vias: readonly string[]) =>
  object('HostPod', { programs: [], routes: vias.map((via) => ({ to: '10.244.1.0/24', via })) });
const balancer = (address: string) =>
  object('HostPod', { balancer: { port: 6_443, servers: [{ name: 'a', address, port: 6_443 }] } });
const controlPlane = (spec: object) => object('HostedControlPlane', { version: 'v1.35.4', ...spec });
const image = 'registry.example/evil';

for (const [what, old, next, isAllowed] of [
  ['another image of a pod', pod('registry.k8s.io/etcd'), pod(image), false],
  ['the same programs of a pod', pod('registry.k8s.io/etcd'), pod('registry.k8s.io/etcd'), true],
  ['a load balancer for a pod', pod('registry.k8s.io/etcd'), balancer('10.0.0.1'), false],
  ['the servers of a load balancer', balancer('10.0.0.1'), balancer('10.0.0.2'), false],
  ['the routes of a pod', routed('10.61.0.3'), routed('10.61.0.4'), false],
  ['routes away', routed('10.61.0.3'), routed(), true],
  ['another repository', controlPlane({}), controlPlane({ imageRepository: image }), false],
  [
    'an argument',
    controlPlane({}),
    controlPlane({ etcd: { extraArgs: [{ name: 'a', value: 'b' }] } }),
    false,
  ],
  ['an upgrade', controlPlane({}), controlPlane({ version: 'v1.36.0' }), true],
] as const)
  test(`who may only change what a host runs ${isAllowed ? 'may' : 'may not'} change ${what}`, () => {
    const check = (): void => checkHostUses({ name: 'op', groups: [] }, { old, next }, nobody, hostUses);
    if (isAllowed) check();
    else assert.throws(check, /uses service programs/);
  });

/** A role that lets a user run programs, and get some Secrets. */
function accessTo(...names: readonly string[]) {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const { metadata } = object('', {});
  const own = { apiVersion, metadata: { ...metadata, namespace: '' } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' } as const;
  return accessRules({
    ...{ roles: [], roleBindings: [] },
    clusterRoles: [
      {
        ...{ ...own, kind: 'ClusterRole' },
        rules: [
          { apiGroups: ['ignite.weave.works'], resources: ['hosts/services'], verbs: ['use'] },
          { apiGroups: [''], resources: ['secrets'], resourceNames: names, verbs: ['get'] },
        ],
      },
    ],
    clusterRoleBindings: [
      {
        ...{ ...own, kind: 'ClusterRoleBinding', roleRef },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'op' }],
      },
    ],
  });
}

test('whoever may read the key of an etcd cluster may keep the data of a control plane there, and nobody else', () => {
  const next = controlPlane({ etcd: { external: { name: 'db' } } });
  const check = (access: typeof nobody): void =>
    checkHostUses({ name: 'op', groups: [] }, { old: undefined, next }, access, hostUses);
  check(accessTo('db-etcd-clients'));
  assert.throws(
    () => check(accessTo('other-etcd-clients')),
    /spec\.etcd\.external uses Secret\/db-etcd-clients$/,
  );
});
