import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { isJoining } from './is-joining.ts';

const minute = 60_000;

describe('isJoining: a node is expected of a Machine', () => {
  for (const [what, conditions, ageMs, isExpected] of [
    ['that is new', [], 0, true],
    ['whose node is not healthy yet', ['!NodeHealthy'], 14 * minute, true],
    ['with a healthy node: not any more', ['NodeHealthy'], minute, false],
    ['that has come to nothing: not any more', ['!NodeHealthy'], 15 * minute, false],
    ['whose node was healthy once: not any more', ['!NodeHealthy'], 24 * 60 * minute, false],
  ] as const)
    test(what, () => {
      assert.equal(isJoining(sampleMachine({ name: 'a', conditions }), ageMs), isExpected);
    });
});
