import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from './command.ts';
import { envOf } from './env-flags.ts';

const env = (...given: readonly string[]) =>
  envOf(new FlagValues(new Map([['env', given]])), { HOME: '/root', EMPTY: '' });

test('envOf: the value is all behind the first equals sign; a name alone has our value, or is not set', () => {
  assert.deepEqual(env('A=x=y z', 'B=', 'A2=1', 'HOME', 'EMPTY', 'NOT_HERE'), {
    env: { A: 'x=y z', B: '', A2: '1', HOME: '/root', EMPTY: '' },
  });
  assert.deepEqual(env('A=1', 'A=2'), { env: { A: '2' } });
  assert.deepEqual([env(), env('NOT_HERE')], [{}, {}]);
});

test('envOf: what is no variable is refused', () => {
  for (const text of ['', '=x', '1A=x', 'a-b=c', 'a b'])
    assert.throws(() => env(text), { code: 'USAGE_INVALID' }, text);
});
