import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment } from './moment.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const read = (text: string): string => new Date(parseMoment('since', text, now)).toISOString();

test('parseMoment: how long ago, and points in time in every usual form', () => {
  assert.equal(read('10m'), '2026-01-31T11:50:00.000Z');
  assert.equal(read('1h30m'), '2026-01-31T10:30:00.000Z');
  assert.equal(read('2d'), '2026-01-29T12:00:00.000Z');
  assert.equal(read('1d1h'), '2026-01-30T11:00:00.000Z');
  assert.equal(read('0s'), '2026-01-31T12:00:00.000Z');
  assert.equal(read('2026-01-31T12:00:00Z'), '2026-01-31T12:00:00.000Z');
  assert.equal(read('2026-01-31T12:00:00.123456789+01:00'), '2026-01-31T11:00:00.123Z');
  assert.equal(read('1769860800'), '2026-01-31T12:00:00.000Z');
  assert.equal(read('2026-01-31'), new Date(2026, 0, 31).toISOString());
});

for (const bad of [
  '',
  'd',
  'yesterday',
  '10',
  '2026-13-01',
  '2026-02-31',
  '2026-02-30T12:00:00Z',
  '2026-01-31T25:00:00Z',
  '-5m',
  '5 m',
])
  test(`parseMoment: ${JSON.stringify(bad)} is refused`, () =>
    assert.throws(() => parseMoment('since', bad, now), { code: 'USAGE_INVALID' }));
