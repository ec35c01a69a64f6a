import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxEnviron } from './sandbox-environ.ts';

test('sandboxEnviron: annotations of the prefix become variables, and all others do not', () => {
  const annotations = {
    'ignite.weave.works/sandbox-env/FOO': 'bar=1 2',
    'ignite.weave.works/sandbox-env/_x9': '',
    'ignite.weave.works/interface/eth1': 'tc-redirect',
    FOO: 'no',
  };
  assert.deepEqual(sandboxEnviron(annotations), { FOO: 'bar=1 2', _x9: '' });
});

for (const [name, value] of [
  ['', 'x'],
  ['9A', 'x'],
  ['A=B', 'x'],
  ['A', 'a\0B=c'],
] as const) {
  test(`sandboxEnviron: a variable ${JSON.stringify(name)} of value ${JSON.stringify(value)} is refused`, () => {
    assert.throws(() => sandboxEnviron({ [`ignite.weave.works/sandbox-env/${name}`]: value }), {
      code: 'SANDBOX_ENV_INVALID',
    });
  });
}
