import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamPlaces } from './stream-places.ts';

test('StreamPlaces limits the streams of one user, and those of all', () => {
  const places = new StreamPlaces();
  const enter = (user: string, count: number) => Array.from({ length: count }, () => places.enter(user));
  const [first] = enter('ada', 100);
  assert.throws(() => places.enter('ada'), { code: 'SERVER_BUSY' });
  first![Symbol.dispose]();
  enter('ada', 1);
  for (const user of ['bob', 'cy', 'di']) enter(user, 100);
  assert.throws(() => places.enter('eve'), { code: 'SERVER_BUSY' });
});
