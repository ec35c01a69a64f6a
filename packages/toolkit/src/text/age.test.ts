import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age } from './age.ts';

const start = '2026-01-01T00:00:00Z';
const after = (seconds: number): string => age(start, Date.parse(start) + seconds * 1_000);

test('age: the forms of Kubernetes', () => {
  assert.deepEqual([45, 192, 63 * 60, 8 * 3_600, 80 * 3_600, 22 * 365 * 86_400].map(after), [
    '45s',
    '3m12s',
    '63m',
    '8h',
    '3d8h',
    '22y',
  ]);
  assert.equal(age(undefined, 0), '<unknown>');
});
