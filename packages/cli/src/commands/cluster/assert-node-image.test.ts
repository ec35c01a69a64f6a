import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@ignite/api/client/client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { assertNodeImage } from './assert-node-image.ts';

const { signal } = new AbortController();
const missing = {
  images: { find: () => Promise.reject(new CodedError('IMAGE_NOT_FOUND', 'no image', { hint: '' })) },
} as unknown as Client;

test('assertNodeImage: who follows the hint has the image that is missing', async () => {
  for (const [version, image, recipe] of [
    [
      'v1.35.4',
      'ignite-kubernetes:v1.35.4',
      'images/kubernetes/build --control-plane v1.35.4 ignite-kubernetes.tar',
    ],
    ['v1.35.4+k3s1', 'ignite-k3s:v1.35.4-k3s1', 'images/k3s/build v1.35.4+k3s1 ignite-k3s.tar'],
  ] as const) {
    const failure = await assertNodeImage(image, { version, hasControlPlane: true }, missing, signal).then(
      () => assert.fail('it is missing'),
      (thrown: CodedError) => thrown,
    );
    assert.equal(failure.code, 'NODE_IMAGE_MISSING');
    assert.equal(failure.message, `this host has no image ${image} for the nodes`);
    // An image that is imported has the name of its archive.
    const [name, tag] = image.split(':');
    assert.equal(
      failure.hint,
      `build it with "${recipe}" and import it with "ignite image import oci-archive:${name}.tar:${tag}", or name one in a registry with --image`,
    );
  }
});

test('assertNodeImage: an image that somebody names is fetched where it is', async () => {
  await assertNodeImage('example.com/node:1', { version: 'v1.35.4', hasControlPlane: true }, missing, signal);
});
