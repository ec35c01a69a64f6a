import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedImage } from './kubeadm-cluster.ts';

test('changedImage: a repository and a tag are changed as far as they are given', () => {
  const cases = [
    ['registry.k8s.io/kube-proxy:v1.34.0', undefined, 'v1.35.0', 'registry.k8s.io/kube-proxy:v1.35.0'],
    ['localhost:5000/kube-proxy', undefined, 'v1.35.0', 'localhost:5000/kube-proxy:v1.35.0'],
    ['localhost:5000/kube-proxy', 'example.com/k8s/', undefined, 'example.com/k8s/kube-proxy'],
    [
      'registry.k8s.io/coredns/coredns:v1.13.1',
      undefined,
      undefined,
      'registry.k8s.io/coredns/coredns:v1.13.1',
    ],
    ['registry.k8s.io/coredns/coredns:v1.13.1', 'example.com', 'v1.14.0', 'example.com/coredns:v1.14.0'],
    [
      `registry.k8s.io/kube-proxy:v1.34.0@sha256:${'0'.repeat(64)}`,
      undefined,
      'v1.35.0',
      'registry.k8s.io/kube-proxy:v1.35.0',
    ],
  ] as const;
  for (const [image, repository, tag, expected] of cases)
    assert.equal(changedImage(image, { repository, tag }), expected);
});
