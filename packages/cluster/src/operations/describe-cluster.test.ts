import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeCluster } from './describe-cluster.ts';

const described = (text: string) => describeCluster(text, 'cluster.yaml');

describe('a configuration of kind', () => {
  test('without nodes, it is one for the control plane', () => {
    assert.deepEqual(described('{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4}'), {
      name: 'kind',
      controlPlanes: 1,
      workers: 0,
      shape: {},
      networks: {},
      bringsPodNetwork: false,
      remarks: [],
    });
  });

  test('nodes, image, version and networks are carried over, and all else is said', () => {
    const text = `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: app
featureGates: {SomeFeature: true}
networking:
  ipFamily: ipv4
  podSubnet: 10.100.0.0/16
  serviceSubnet: 10.200.0.0/16
  disableDefaultCNI: true
nodes:
- role: control-plane
  image: kindest/node:v1.34.0@sha256:0123
  extraPortMappings: [{containerPort: 80, hostPort: 8080}]
- role: worker
  image: kindest/node:v1.33.1
- role: worker
  labels: {tier: front}
`;
    assert.deepEqual(described(text), {
      name: 'app',
      version: 'v1.34.0',
      controlPlanes: 1,
      workers: 2,
      shape: {},
      networks: { pods: ['10.100.0.0/16'], services: ['10.200.0.0/16'] },
      bringsPodNetwork: true,
      remarks: [
        'nodes: the image kindest/node:v1.34.0@sha256:0123 is for containers, and VMs get the one for VMs',
        'nodes: all are as the image kindest/node:v1.34.0@sha256:0123 says, and not kindest/node:v1.33.1',
        'featureGates: not carried over',
        'networking.ipFamily: not carried over',
        'nodes[0].extraPortMappings: not carried over',
        'nodes[2].labels: not carried over',
      ],
    });
  });

  test('what is wrong is named with its place', () => {
    for (const [text, message] of [
      [
        'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: boss\n',
        /^cluster\.yaml:4:3: nodes\.0\.role: /,
      ],
      [
        'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n---\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n',
        /^cluster\.yaml:4:1: there is more than the cluster of kind\.x-k8s\.io\/v1alpha4/,
      ],
    ] as const)
      assert.throws(() => described(text), { code: 'MANIFEST_INVALID', message });
  });
});

describe('manifests of cluster.k8s.io/v1alpha1', () => {
  test('a MachineDeployment with providerConfig and versions is workers, without a Cluster', () => {
    const text = `
apiVersion: cluster.k8s.io/v1alpha1
kind: MachineDeployment
metadata: {name: my-nodes}
spec:
  replicas: 3
  selector: {matchLabels: {node: mine}}
  template:
    metadata: {labels: {node: mine}}
    spec:
      providerConfig:
        value:
          apiVersion: ignite.weave.works/v1alpha1
          kind: MachineConfig
          image: example.com/node:v1.35.4
          cpus: 4
          memory: 8GB
          zone: europe-west1
      versions: {kubelet: 1.35.4, containerRuntime: {name: docker}}
`;
    assert.deepEqual(described(text), {
      version: 'v1.35.4',
      controlPlanes: 0,
      workers: 3,
      shape: { image: 'example.com/node:v1.35.4', cpus: '4', memory: '8GB' },
      networks: {},
      bringsPodNetwork: false,
      remarks: [
        'MachineDeployment/my-nodes.spec.versions.containerRuntime: not carried over',
        'MachineDeployment/my-nodes.spec.providerConfig.value.zone: not carried over',
      ],
    });
  });

  test('the Machines of Firekube are a control plane and workers, of a version that can be had', () => {
    const text = `
apiVersion: cluster.k8s.io/v1alpha1
kind: Cluster
metadata: {name: firekube}
spec:
  clusterNetwork:
    services: {cidrBlocks: [10.96.0.0/12]}
    pods: {cidrBlocks: [192.168.0.0/16]}
    serviceDomain: cluster.local
  providerSpec: {value: {user: root}}
---
apiVersion: v1
kind: List
items:
- apiVersion: cluster.k8s.io/v1alpha1
  kind: Machine
  metadata: {name: master-0, labels: {set: master}}
  spec: {providerSpec: {value: {public: {address: 127.0.0.1}}}, versions: {kubelet: 1.16.11, controlPlane: 1.16.11}}
- apiVersion: cluster.k8s.io/v1alpha1
  kind: Machine
  metadata: {name: worker-0, labels: {set: worker}}
  spec: {providerSpec: {value: {}}, versions: {kubelet: 1.16.10}, taints: []}
- apiVersion: cluster.k8s.io/v1alpha1
  kind: MachineSet
  metadata: {name: more}
  spec: {replicas: 2, template: {spec: {providerSpec: {value: {memory: 4GB}}}}}
`;
    assert.deepEqual(described(text), {
      name: 'firekube',
      controlPlanes: 1,
      workers: 3,
      shape: {},
      networks: { pods: ['192.168.0.0/16'], services: ['10.96.0.0/12'] },
      bringsPodNetwork: false,
      remarks: [
        'Cluster/firekube.spec.providerSpec: not carried over',
        'spec.clusterNetwork.serviceDomain: not carried over',
        'Machine/master-0.spec.versions: v1.16.11 is older than what nodes run here, which is v1.31 or newer',
        'Machine/worker-0.spec.versions: all have one version, and not 1.16.10',
        'Machine/master-0.spec.providerSpec.value.public: not carried over',
        'Machine/worker-0.spec.taints: not carried over',
        'MachineSet/more: all workers are like those of Machine/worker-0',
      ],
    });
  });
});

test('other manifests describe no cluster', () => {
  assert.equal(described('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'), undefined);
  assert.equal(described(''), undefined);
});
