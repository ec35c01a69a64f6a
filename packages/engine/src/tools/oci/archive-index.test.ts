import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerManifest, parseOciIndex } from './archive-index.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('parseOciIndex: names as skopeo, podman and containerd write them, and none', () => {
  const text = JSON.stringify({
    manifests: [
      { digest, annotations: { 'org.opencontainers.image.ref.name': 'debian:12' } },
      {
        digest,
        annotations: {
          'org.opencontainers.image.ref.name': '12',
          'io.containerd.image.name': 'docker.io/library/debian:12',
        },
      },
      { digest },
    ],
  });
  assert.deepEqual(parseOciIndex(text), [
    { selector: ':debian:12', digest, reference: 'debian:12' },
    { selector: ':12', digest, reference: 'docker.io/library/debian:12' },
    { selector: '', digest },
  ]);
});

test('parseOciIndex: a layout whose last image was removed', () => {
  assert.deepEqual(parseOciIndex('{"schemaVersion":2,"manifests":null}'), []);
});

test('parseDockerManifest: every tag of every image, and images without one', () => {
  const text = JSON.stringify([{ RepoTags: ['a:1', 'a:2'] }, { RepoTags: null }]);
  assert.deepEqual(parseDockerManifest(text), [
    { selector: ':a:1', reference: 'a:1' },
    { selector: ':a:2', reference: 'a:2' },
    { selector: ':@1' },
  ]);
});

test('parseOciIndex: anything else is refused', () => {
  for (const bad of ['', '{}', '[]', '{"manifests": [{}]}'])
    assert.throws(() => parseOciIndex(bad), { code: 'ARCHIVE_INVALID' });
});
