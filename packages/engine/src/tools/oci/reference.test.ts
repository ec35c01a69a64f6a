import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familiarName, parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('parseReference: short names are of Docker Hub and get the tag latest', () => {
  assert.deepEqual(parseReference('debian'), {
    registry: 'docker.io',
    repository: 'library/debian',
    tag: 'latest',
  });
  assert.deepEqual(parseReference('weaveworks/ignite-ubuntu:20.04'), {
    registry: 'docker.io',
    repository: 'weaveworks/ignite-ubuntu',
    tag: '20.04',
  });
});

test('parseReference: registries with ports, tags and digests are told apart', () => {
  assert.deepEqual(parseReference(`127.0.0.1:5000/a/b__c:1@${digest}`), {
    registry: '127.0.0.1:5000',
    repository: 'a/b__c',
    tag: '1',
    digest,
  });
  assert.equal(parseReference('localhost/x').registry, 'localhost');
  assert.equal(parseReference('[::1]:5000/x').registry, '[::1]:5000');
});

test('parseReference: a digest needs no tag', () => {
  assert.deepEqual(parseReference(`r.example/x@${digest}`), {
    registry: 'r.example',
    repository: 'x',
    digest,
  });
});

for (const bad of [
  '',
  'UPPER',
  'a//b',
  '/a',
  'a/',
  'a:',
  'a@',
  'a@sha256:12',
  'a b',
  '-a',
  'a:-x',
  '../etc/passwd',
  'https://a/b',
  `a:${'t'.repeat(129)}`,
  'a\n',
  'x'.repeat(300),
  '--help',
]) {
  test(`parseReference: ${JSON.stringify(bad.slice(0, 40))} is refused`, () => {
    assert.throws(() => parseReference(bad), { code: 'REFERENCE_INVALID' });
  });
}

test('familiarName: the inverse for what people write', () => {
  for (const name of ['debian:12', 'weaveworks/x:1', `r.example:5000/a/b:2@${digest}`]) {
    assert.equal(familiarName(parseReference(name)), name);
  }
});
