import assert from 'node:assert/strict';
import { test } from 'node:test';
import { componentImage, coreDnsImage, etcdImage, versionOfImage } from './component-images.ts';

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
