import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SharedPlaces } from './shared-places.ts';

const busy = { code: 'SERVER_BUSY', message: 'come later', retryAfterMs: 1_000 };

describe('SharedPlaces', () => {
  test('one user cannot take the places of others, and may come again when one of his own is free', () => {
    const places = new SharedPlaces({ all: 5, user: 2 }, 'come later');
    const [first] = [places.enterAs('ada'), places.enterAs('ada')];
    assert.throws(() => places.enterAs('ada'), busy);
    places.enterAs('bob')[Symbol.dispose]();
    first[Symbol.dispose]();
    places.enterAs('ada');
    assert.throws(() => places.enterAs('ada'), busy);
  });

  test('all users together have places that end', () => {
    const places = new SharedPlaces({ all: 2, user: 2 }, 'come later');
    const [first] = [places.enter(), places.enter()];
    assert.throws(() => places.enter(), busy);
    first[Symbol.dispose]();
    places.enter();
    assert.throws(() => places.enter(), busy);
  });
});
