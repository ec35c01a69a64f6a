import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentGitSourceSpec } from './current-git-source.ts';

test('currentGitSourceSpec: the files of verify were once called keys; everything else stays as it is', () => {
  assert.deepEqual(currentGitSourceSpec({ url: 'a', verify: { keys: ['/k'] } }), {
    url: 'a',
    verify: { keyFiles: ['/k'] },
  });
  for (const same of [{ url: 'a' }, { verify: { keyFiles: ['/k'] } }, { verify: null }, null, undefined, 'x'])
    assert.equal(currentGitSourceSpec(same), same);
});
