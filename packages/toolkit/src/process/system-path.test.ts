import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completedPath } from './system-path.ts';

test('completedPath: what a user has comes first, and the folders of the administrator behind it', () => {
  assert.equal(
    completedPath('/opt/x:/usr/bin:/bin:/usr/games'),
    '/opt/x:/usr/bin:/bin:/usr/games:/usr/local/sbin:/usr/sbin:/sbin',
  );
});

test('completedPath: a complete one stays, and an empty one becomes one', () => {
  const complete = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  assert.equal(completedPath(complete), complete);
  for (const path of ['', undefined])
    assert.equal(completedPath(path), '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin');
});
