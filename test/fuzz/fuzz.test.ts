import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, target } from './target.ts';
import { targets } from './targets.ts';

/** The seed is the same in every run of the tests; scripts/fuzz can use any other. */
const seed = 20_261_128;
const rounds = 1_000;

for (const each of targets)
  test(`fuzzing ${each.name}: what is read or refused is so in order, and is told of in fit words`, async () => {
    await fuzz(each, { seed, rounds });
  });

test('fuzzing tells how to see again what it has found', async () => {
  const broken = target<number>({
    name: 'broken',
    make: (random) => random.below(100),
    check: (input) => assert.ok(input < 90),
  });
  const failure = await fuzz(broken, { seed: 1, rounds: 1_000 }).catch((thrown: unknown) => thrown);
  const [, first] = /--seed 1 --first (\d+) --rounds 1 broken/.exec(String(failure)) ?? [];
  await assert.rejects(fuzz(broken, { seed: 1, rounds: 1, first: Number(first) }), /input: 9\d$/);
  const polluting = target<undefined>({
    name: 'polluting',
    make: () => undefined,
    check: () =>
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true }) && undefined,
  });
  await assert.rejects(fuzz(polluting, { seed: 1, rounds: 1 }), /a prototype of all objects was changed/);
  Reflect.deleteProperty(Object.prototype, 'polluted');
});
