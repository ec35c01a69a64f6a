import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf, withAsked } from './asked.ts';

const asked = {
  sandboxImage: 'weaveworks/ignite:dev',
  kernelImage: 'weaveworks/ignite-kernel:5.10.51',
  networkPlugin: 'docker-bridge',
};

test('withAsked: what was asked for by flags is told again, and what a manifest keeps besides stays', () => {
  const before = { other: 'x', ...withAsked({}, { networkPlugin: 'docker-bridge' }) };
  const annotations = withAsked(before, { sandboxImage: asked.sandboxImage, kernelImage: asked.kernelImage });
  assert.deepEqual(askedOf({ annotations }), asked);
  assert.equal(annotations['other'], 'x');
  assert.equal(
    askedOf({ annotations: withAsked(annotations, { sandboxImage: 'mine:1' }) }).sandboxImage,
    'mine:1',
  );
});

test('withAsked: nothing is written down where nothing, or what every VM has, was asked for', () => {
  assert.deepEqual(withAsked({}, {}), {});
  assert.deepEqual(withAsked({}, { networkPlugin: 'cni' }), {});
  assert.deepEqual(
    withAsked(withAsked({}, { networkPlugin: 'docker-bridge' }), { networkPlugin: 'cni' }),
    {},
  );
  const annotations = withAsked(withAsked({}, asked), { networkPlugin: 'cni' });
  assert.equal(askedOf({ annotations }).networkPlugin, undefined);
  assert.deepEqual(askedOf({ annotations: { 'ignite.weave.works/v1alpha4': 'no JSON' } }), {});
});
