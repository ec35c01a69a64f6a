import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RequestLimits } from './request-limits.ts';

const [ada, bob] = ['ada', 'bob'].map((name) => ({ name, groups: [] }));

describe('RequestLimits', () => {
  test('one user cannot take the places of others, and may come again when one of his own is free', () => {
    const limits = new RequestLimits();
    const places = Array.from({ length: 100 }, () => limits.enterAs(ada!, 'read'));
    assert.throws(() => limits.enterAs(ada!, 'read'), { code: 'SERVER_BUSY', retryAfterMs: 1_000 });
    limits.enterAs(ada!, 'write')[Symbol.dispose]();
    limits.enterAs(bob!, 'read')[Symbol.dispose]();
    places.pop()?.[Symbol.dispose]();
    limits.enterAs(ada!, 'read')[Symbol.dispose]();
  });

  test('all users together have places that end', () => {
    const limits = new RequestLimits();
    for (let count = 0; count < 200; count += 1) limits.enter('write');
    assert.throws(() => limits.enter('write'), { code: 'SERVER_BUSY' });
    limits.enter('read')[Symbol.dispose]();
  });
});
