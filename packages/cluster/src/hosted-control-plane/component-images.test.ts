import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { componentImage, coreDnsImage, etcdImage, versionOfImage } from './component-images.ts';

const root = join(import.meta.dirname, '../../../..');

for (const version of ['v1.9.11', 'v1.29.0', 'v1.33.12', 'v1.34.4', 'v1.35.4', 'v1.36.0', 'v1.40.1'])
  test(`the images of ${version} that people make have the etcd that the control plane asks for`, () => {
    const script = join(root, 'images/kubernetes/control-plane/etcd-tag');
    const tag = execFileSync(script, [version], { encoding: 'utf8' }).trim();
    assert.equal(etcdImage(version, {}), `registry.k8s.io/etcd:${tag}`);
  });

test('images are those of kubeadm, of another repository, or of tags that people choose', () => {
  assert.equal(componentImage('kube-apiserver', 'v1.35.4', {}), 'registry.k8s.io/kube-apiserver:v1.35.4');
  assert.equal(etcdImage('v1.35.4', {}), 'registry.k8s.io/etcd:3.6.6-0');
  assert.equal(etcdImage('v1.34.4', {}), 'registry.k8s.io/etcd:3.6.5-0');
  assert.equal(coreDnsImage('v1.35.4', {}), 'registry.k8s.io/coredns/coredns:v1.13.1');
  const own = {
    imageRepository: 'registry.example:5000/k8s/',
    etcd: { imageTag: '4' },
    dns: { imageTag: '5' },
  };
  assert.equal(componentImage('kube-proxy', 'v1.35.4', own), 'registry.example:5000/k8s/kube-proxy:v1.35.4');
  assert.equal(etcdImage('v1.35.4', own), 'registry.example:5000/k8s/etcd:4');
  assert.equal(coreDnsImage('v1.35.4', own), 'registry.example:5000/k8s/coredns:5');
  assert.equal(versionOfImage('registry.example:5000/k8s/kube-proxy:v1.35.4'), 'v1.35.4');
});
