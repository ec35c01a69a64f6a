import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageOrigin } from '@ignite/api/v1/image-origin';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { isRelativeSource, sourceFrom } from '@ignite/api/v1/source-path';
import { type ImageSource, parseSource, sourceInEngine } from './source.ts';

test('parseSource: a plain name and a docker:// one are of a registry', () => {
  const expected = {
    transport: 'docker',
    location: 'docker://127.0.0.1:5000/debian:12',
    name: '127.0.0.1:5000/debian:12',
    registry: '127.0.0.1:5000',
  };
  assert.deepEqual(parseSource('127.0.0.1:5000/debian:12'), expected);
  assert.deepEqual(parseSource('docker://127.0.0.1:5000/debian:12'), expected);
});

test('parseSource: names that begin like a transport are still names', () => {
  assert.equal(parseSource('docker:24').name, 'docker:24');
  assert.equal(parseSource('oci:1').name, 'oci:1');
});

test('parseSource: archives and layouts are named after their tag or their file', () => {
  assert.equal(parseSource('oci-archive:/tmp/My App.tar').name, 'my-app:latest');
  assert.equal(parseSource(`oci-archive:/${'a-'.repeat(120)}.tar`).name, `${'a-'.repeat(63)}a:latest`);
  assert.throws(() => parseSource(`oci-archive:/x.tar:${'a'.repeat(129)}`), { code: 'REFERENCE_INVALID' });
  assert.equal(parseSource('oci:/tmp/layout:12').name, 'layout:12');
  assert.equal(parseSource('docker-archive:/x.tar:busybox:1').name, 'busybox:1');
});

test('parseSource: a daemon is asked for a whole reference', () => {
  const source = { transport: 'docker-daemon', location: 'docker-daemon:alpine:3', name: 'alpine:3' };
  assert.deepEqual(parseSource('docker-daemon:alpine:3'), source);
  assert.throws(() => parseSource('docker-daemon:UPPER'), { code: 'REFERENCE_INVALID' });
});

test('parseSource: containerd is asked by the full name, in the namespaces that are named or usual', () => {
  assert.deepEqual(parseSource('containerd:debian:12'), {
    transport: 'containerd',
    namespaces: ['firecracker', 'default', 'k8s.io'],
    fullName: 'docker.io/library/debian:12',
    name: 'debian:12',
  });
  assert.deepEqual(parseSource('containerd://k8s.io/r.example:5000/a/b'), {
    transport: 'containerd',
    namespaces: ['k8s.io'],
    fullName: 'r.example:5000/a/b:latest',
    name: 'r.example:5000/a/b:latest',
  });
  for (const bad of [
    'containerd://k8s.io',
    'containerd:UPPER',
    'containerd://-n/debian',
    'containerd:--help',
  ])
    assert.throws(() => parseSource(bad), { code: 'REFERENCE_INVALID' }, bad);
});

test('sourceInEngine: what is of a registry may be in a daemon, under the same name', () => {
  const source = parseSource('weaveworks/ignite-ubuntu');
  const docker = sourceInEngine(source, 'docker');
  assert.deepEqual([docker?.transport, docker?.name], ['docker-daemon', 'weaveworks/ignite-ubuntu:latest']);
  const containerd = sourceInEngine(source, 'containerd');
  assert.deepEqual([containerd?.transport, containerd?.name], ['containerd', source.name]);
  assert.equal(sourceInEngine(parseSource('oci-archive:/x.tar'), 'docker'), undefined);
  assert.equal(sourceInEngine(parseSource(`debian@sha256:${'a'.repeat(64)}`), 'docker'), undefined);
});

test('sourceFrom: an archive or layout named by a relative path is the same one from another folder', () => {
  for (const [given, found] of [
    ['oci-archive:app.tar', 'oci-archive:/srv/app.tar'],
    ['docker-archive:../app.tar:app:2', 'docker-archive:/app.tar:app:2'],
    ['oci:./layout:12', 'oci:/srv/layout:12'],
    ['oci-archive:/x/app.tar:2', 'oci-archive:/x/app.tar:2'],
  ] as const) {
    assert.equal(sourceFrom('/srv', given), found);
    assert.equal(isRelativeSource(given), given !== found);
  }
  for (const other of ['oci:12', 'debian:12', 'docker-daemon:app:2', 'containerd:app'])
    assert.deepEqual([sourceFrom('/srv', other), isRelativeSource(other)], [other, false]);
});

test('imageOrigin: what is no registry is said to be of the host', () => {
  const kinds: Readonly<Record<string, string>> = {
    docker: 'registry',
    'docker-daemon': 'service',
    'containers-storage': 'service',
    containerd: 'service',
    oci: 'path',
    'oci-archive': 'path',
    'docker-archive': 'path',
  } satisfies Readonly<Record<ImageSource['transport'], string>>;
  const texts = [
    'debian:12',
    'docker://debian:12',
    'docker:12',
    'oci:latest',
    'oci:/srv/layout:name',
    'oci:layout/here',
    'oci-archive:/srv/a.tar',
    'docker-archive:a.tar:name',
    'docker-daemon:debian:12',
    'containers-storage:debian',
    'containerd:debian',
    'containerd://k8s.io/debian:12',
    'localhost:5000/debian',
  ];
  for (const text of texts) assert.equal(imageOrigin(text).kind, kinds[parseSource(text).transport], text);
});

test('parseSource: no text takes longer than its length', () => {
  for (const piece of ['/', './', '-', '.', 'a-', ':', ' '])
    for (const scheme of ['', 'oci:/', 'oci-archive:/', 'docker://', 'docker-daemon:', 'containerd:'])
      try {
        parseSource(`${scheme}${piece.repeat(2 ** 19)}!`);
      } catch (failure) {
        assert.ok(hasCode(failure, 'REFERENCE_INVALID'));
      }
});
