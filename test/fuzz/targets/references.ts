import assert from 'node:assert/strict';
import { familiarName, fullName, parseReference } from '@ignite/engine/tools/oci/reference';
import { isRelativeSource, sourceFrom } from '@ignite/api/v1/source-path';
import { parseSource } from '@ignite/engine/tools/oci/source';
import { mutatedText } from '../mutate.ts';
import { taken, target } from '../target.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const samples = [
  ...['debian', 'debian:12', 'user/image:tag', 'registry.example:5000/a/b-c__d.e:1.0', '[::1]:5000/x:y'],
  ...[`debian@${digest}`, `localhost/x:1@${digest}`, 'docker://quay.io/a/b', 'docker-daemon:a:b'],
  ...['containers-storage:x', 'containerd://k8s.io/debian:12', 'oci:./dir:tag', 'oci-archive:/a/b.tar:x/y:1'],
  'docker-archive:../x.tgz',
];
const words = ['a.', 'a-', 'a/', '-', '_', '__', ':', '@', ':5000', 'sha256:', 'oci:', 'docker://'];

export const references = target<string>({
  name: 'references',
  make: (random) => mutatedText(samples, words, random),
  check: (text) => {
    const reference = taken(() => parseReference(text));
    if (reference) {
      assert.deepEqual(parseReference(familiarName(reference)), reference);
      assert.deepEqual(parseReference(fullName(reference)), reference);
    }
    const source = taken(() => parseSource(text));
    if (source) {
      // The name identifies the image afterwards, and a tool must not read what it is given as one of its
      // flags.
      assert.equal(familiarName(parseReference(source.name)), source.name);
      if (source.transport !== 'containerd') assert.match(source.location, /^[a-z-]+:/);
    }
    const absolute = sourceFrom('/work', text);
    assert.equal(sourceFrom('/other', absolute), absolute);
    assert.ok(!isRelativeSource(absolute));
  },
});
