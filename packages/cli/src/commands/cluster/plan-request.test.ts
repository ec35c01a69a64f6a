import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from '../../arguments/command.ts';
import { clusterKey } from './cluster-flags.ts';
import { type PlannedRequest, planRequest } from './plan-request.ts';

const key = { namespace: 'default', name: 'dev' };
const plan = (flags: Readonly<Record<string, string>>, hasKvm = false): PlannedRequest =>
  planRequest(key, new FlagValues(new Map(Object.entries(flags))), hasKvm);

const shape = { image: 'ignite-kubernetes:v1.35.4', cpus: 2, memory: '2GB', diskSize: '10GB' };

test('planRequest: without flags, a hosted control plane and a worker', () => {
  assert.deepEqual(plan({}), {
    request: {
      ...key,
      version: 'v1.35.4',
      distribution: 'kubeadm',
      controlPlane: { kind: 'hosted', replicas: 1 },
      workers: { replicas: 1, shape },
      podNetwork: { kind: 'podnet' },
      isEmulated: true,
    },
    why: 'the control plane is hosted, since KVM does not work here and VMs are slow',
  });
});

test('planRequest: nodes by k3s have a control plane in VMs, an image and a pod network of their own', () => {
  const ofK3s = { ...shape, image: 'ignite-k3s:v1.35.4-k3s1' };
  const planned = {
    request: {
      ...key,
      version: 'v1.35.4+k3s1',
      distribution: 'k3s',
      controlPlane: { kind: 'vm', replicas: 1, shape: ofK3s },
      workers: { replicas: 1, shape: ofK3s },
      podNetwork: { kind: 'flannel' },
      isEmulated: true,
    },
    why: 'the control plane is in VMs, since it is by k3s',
  };
  assert.deepEqual(plan({ bootstrap: 'k3s' }), planned);
  assert.deepEqual(plan({ kubernetes: 'v1.35.4+k3s1' }), planned);
  assert.deepEqual(plan({ bootstrap: 'k3s', cni: 'none' }).request.podNetwork, { kind: 'none' });
});

test('planRequest: where the control plane is', () => {
  const endpoint = '10.61.0.10';
  const cases: readonly (readonly [Readonly<Record<string, string>>, boolean, string, string | undefined])[] =
    [
      [{}, true, 'vm', 'the control plane is in VMs, since KVM works here'],
      [{ endpoint }, true, 'vm', 'the control plane is in VMs, since KVM works here'],
      [
        { endpoint },
        false,
        'hosted',
        'the control plane is hosted, since KVM does not work here and VMs are slow: --endpoint has no effect without --control-plane vm',
      ],
      [{ 'control-plane': 'hosted' }, true, 'hosted', undefined],
      [{ 'control-plane': 'hosted', 'control-planes': '3' }, true, 'hosted', undefined],
      [{ 'control-plane': 'vm', endpoint }, false, 'vm', undefined],
      [{ 'control-plane': 'vm' }, false, 'vm', undefined],
    ];
  for (const [flags, hasKvm, kind, why] of cases) {
    const planned = plan(flags, hasKvm);
    assert.deepEqual([planned.request.controlPlane.kind, planned.why], [kind, why], JSON.stringify(flags));
  }
});

test('planRequest: the VMs of the control plane are as the workers, unless something else is asked for', () => {
  const flags = {
    'control-plane': 'vm',
    endpoint: 'lb.example.com:443',
    memory: '4GB',
    kubernetes: '1.36.3',
  };
  const image = 'ignite-kubernetes:v1.36.3';
  assert.deepEqual(
    plan({ ...flags, 'control-planes': '3', 'control-plane-cpus': '4' }).request.controlPlane,
    {
      kind: 'vm',
      replicas: 3,
      endpoint: { host: 'lb.example.com', port: 443 },
      shape: { ...shape, image, memory: '4GB', cpus: 4 },
    },
  );
  const { controlPlane } = plan({ ...flags, endpoint: '[fd00::1]' }).request;
  assert.deepEqual(controlPlane.kind === 'vm' && controlPlane.endpoint, { host: 'fd00::1', port: 6443 });
});

test('planRequest: what makes no sense is refused', () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ 'control-planes': '2' }, '--control-planes 2: etcd needs a majority'],
    [
      { 'control-plane': 'hosted', endpoint: 'a' },
      '--endpoint: a hosted control plane has an endpoint of its own',
    ],
    [
      { 'control-plane': 'hosted', 'control-plane-cpus': '4' },
      '--control-plane-cpus: a hosted control plane has no VMs',
    ],
    [{ 'control-plane': 'vm', endpoint: 'a b' }, '--endpoint "a b": not an address'],
    [{ 'control-plane': 'vm', endpoint: 'a:70000' }, '--endpoint "a:70000": not an address'],
    [
      { bootstrap: 'k3s', kubernetes: 'v1.35.4' },
      '--bootstrap k3s --kubernetes v1.35.4: not a version of k3s',
    ],
    [
      { bootstrap: 'kubeadm', kubernetes: 'v1.35.4+k3s1' },
      '--bootstrap kubeadm --kubernetes v1.35.4+k3s1: not a version of kubeadm',
    ],
    [
      { bootstrap: 'k3s', 'control-plane': 'hosted' },
      '--control-plane hosted: a control plane by k3s is in VMs',
    ],
    [{ bootstrap: 'k3s', cni: 'podnet' }, '--cni podnet: nodes by k3s do not have it'],
    [{ cni: 'flannel' }, '--cni flannel: nodes by kubeadm do not have it'],
    [{ image: 'kindest/node:v1.34.0' }, '--image kindest/node:v1.34.0: images of kind do not have podnet'],
    [{ kubernetes: 'latest' }, '--kubernetes "latest": not a version'],
    [{ workers: '-1' }, '--workers "-1": not a number'],
  ];
  for (const [flags, message] of cases)
    assert.throws(() => plan(flags), { code: 'USAGE_INVALID', message }, message);
  for (const name of ['Dev', 'a'.repeat(37), ''])
    assert.throws(() => planRequest({ ...key, name }, new FlagValues(new Map()), false), {
      code: 'USAGE_INVALID',
    });
});

test('planRequest: the pod network is that of the node image, that of a file, or none', () => {
  const networkOf = (flags: Readonly<Record<string, string>>, text?: string) =>
    planRequest(key, new FlagValues(new Map(Object.entries(flags))), false, text).request.podNetwork;
  assert.deepEqual(networkOf({ cni: 'none' }), { kind: 'none' });
  assert.deepEqual(networkOf({ cni: 'none' }, 'kind: A'), { kind: 'manifests', text: 'kind: A' });
  assert.deepEqual(networkOf({}, 'kind: A'), { kind: 'manifests', text: 'kind: A' });
  assert.throws(() => networkOf({ cni: 'podnet' }, 'kind: A'), { code: 'USAGE_INVALID' });
});

test('clusterKey: a name, with its namespace before it', () => {
  assert.deepEqual(clusterKey('dev'), key);
  assert.deepEqual(clusterKey('prod/dev'), { namespace: 'prod', name: 'dev' });
  for (const text of ['', '/', 'a/', '/b', 'a/b/c'])
    assert.throws(() => clusterKey(text), { code: 'USAGE_INVALID' });
});
