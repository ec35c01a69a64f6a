import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource } from './source.ts';

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
  assert.equal(parseSource('oci:/tmp/layout:12').name, 'layout:12');
  assert.equal(parseSource('docker-archive:/x.tar:busybox:1').name, 'busybox:1');
});

test('parseSource: a daemon is asked for a whole reference', () => {
  assert.equal(parseSource('docker-daemon:alpine:3').location, 'docker-daemon:alpine:3');
  assert.throws(() => parseSource('docker-daemon:UPPER'), { code: 'REFERENCE_INVALID' });
});
