import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceName } from './reference-name.ts';

test('referenceName: a name says what it stands for, and is a DNS label', () => {
  assert.equal(referenceName('registry.example/library/nginx:1.27'), 'nginx-1-27-1e2c18d98588');
  assert.equal(referenceName('linux-image-cloud-amd64'), 'linux-image-cloud-amd64');
  const long = `registry.example/${'Long_'.repeat(60)}@sha256:${'a'.repeat(64)}`;
  for (const reference of ['debian:12@arm64', 'oci-archive:/srv/My Image.tar', '/', long]) {
    const name = referenceName(reference);
    assert.match(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, reference);
  }
});

test('referenceName: references that read alike have names of their own', () => {
  const names = ['a/x:1', 'b/x:1', 'a/x-1', 'a/X:1'].map(referenceName);
  assert.equal(new Set(names).size, names.length);
});
