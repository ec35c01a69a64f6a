import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familiarSource, withFamiliarSources } from './familiar-source.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('familiarSource: a reference is shown as people know it, always with its tag or digest', () => {
  const forms: Readonly<Record<string, string>> = {
    'weaveworks/ignite-ubuntu': 'weaveworks/ignite-ubuntu:latest',
    debian: 'debian:latest',
    'docker.io/library/debian:12': 'debian:12',
    'docker://docker.io/debian': 'debian:latest',
    'localhost:5000/app': 'localhost:5000/app:latest',
    [`debian@${digest}`]: `debian@${digest}`,
    [`debian:12@${digest}`]: `debian:12@${digest}`,
    'docker:24': 'docker:24',
    'oci:1': 'oci:1',
    'docker-daemon:app': 'docker-daemon:app:latest',
    'containers-storage:docker.io/library/alpine': 'containers-storage:alpine:latest',
    'containerd:debian': 'containerd:debian:latest',
    'containerd://k8s.io/docker.io/library/debian:12': 'containerd://k8s.io/debian:12',
  };
  for (const [given, shown] of Object.entries(forms)) {
    assert.equal(familiarSource(given), shown);
    assert.equal(familiarSource(shown), shown, 'it is shown so for good');
  }
});

test('familiarSource: paths, what is no reference, and what would mean something else without its scheme stay', () => {
  for (const text of [
    'oci-archive:/srv/a.tar',
    'oci-archive:a.tar',
    'docker-archive:/srv/a.tar:app',
    'oci:/srv/layout',
    'oci:layout/here:1',
    './disk.qcow2',
    'UPPER',
    'docker-daemon:UPPER',
    'docker://docker-daemon:5',
    '',
  ])
    assert.equal(familiarSource(text), text);
});

test('familiarSource: no text takes longer than its length', () => {
  for (const piece of ['/', './', '-', '.', 'a-', ':', ' '])
    for (const lead of ['', 'oci:/', 'docker://', 'docker-daemon:', 'containerd://'])
      familiarSource(`${lead}${piece.repeat(2 ** 19)}!`);
});

test('withFamiliarSources: a spec that is so already is the very same', () => {
  const spec = { image: { oci: 'debian:12' }, kernel: {} };
  assert.equal(withFamiliarSources(spec), spec);
  assert.deepEqual(withFamiliarSources({ image: { oci: 'debian' }, kernel: { oci: 'me/k' } }), {
    image: { oci: 'debian:latest' },
    kernel: { oci: 'me/k:latest' },
  });
});
