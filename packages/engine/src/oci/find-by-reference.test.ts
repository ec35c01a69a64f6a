import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findByReference } from './find-by-reference.ts';

const image = (name: string, uid: string) => ({ metadata: { name, uid } }) as KubeObject;
const nameFor = (query: string, names: readonly string[]): string =>
  findByReference(
    'Image',
    names.map((name, at) => image(name, `${at}f`.padStart(16, '0'))),
    query,
  ).metadata.name;

test('prefix image match: a name without a tag means latest, and nothing that begins like it', () => {
  assert.equal(nameFor('ubuntu', ['ubuntu:latest-special', 'ubuntu:latest']), 'ubuntu:latest');
  assert.throws(() => nameFor('ubuntu', ['ubuntu:latest-special']), { code: 'IMAGE_NOT_FOUND' });
  assert.throws(() => nameFor('ubuntu:latest', ['ubuntu:latest-special']), { code: 'IMAGE_NOT_FOUND' });
  assert.throws(() => nameFor('ubuntu:1', ['ubuntu:16.04']), { code: 'IMAGE_NOT_FOUND' });
  assert.throws(
    () => nameFor('weaveworks/ignite-ubuntu:latest', ['weaveworks/ignite-ubuntu:latest-special']),
    {
      code: 'IMAGE_NOT_FOUND',
    },
  );
});

test('findByReference: every way to write a reference finds the one image', () => {
  const names = ['ubuntu:latest', 'example.com:5000/team/app:v1', 'weaveworks/ignite-kernel:5.10.51'];
  for (const query of [
    'ubuntu',
    'ubuntu:latest',
    'library/ubuntu',
    'docker.io/ubuntu',
    'docker.io/library/ubuntu:latest',
    'docker://ubuntu',
    'oci-archive:./ubuntu.tar',
  ])
    assert.equal(nameFor(query, names), 'ubuntu:latest', query);
  assert.equal(nameFor('example.com:5000/team/app:v1', names), 'example.com:5000/team/app:v1');
  assert.equal(nameFor('docker.io/weaveworks/ignite-kernel:5.10.51', names), names[2]);
});

test('findByReference: the beginning of a repository or uid is enough where it fits one image', () => {
  const names = ['ubuntu:22.04', 'debian:12', 'linux-image-cloud-amd64'];
  assert.equal(nameFor('deb', names), 'debian:12');
  assert.equal(nameFor('linux', names), 'linux-image-cloud-amd64');
  assert.equal(nameFor('linux-image-cloud-amd64', names), 'linux-image-cloud-amd64');
  assert.equal(nameFor('000000000000001', names), 'debian:12');
  assert.throws(() => nameFor('u', [...names, 'user/app:1']), { code: 'IMAGE_AMBIGUOUS' });
  assert.throws(() => nameFor('', names), { code: 'IMAGE_NOT_FOUND' });
});
