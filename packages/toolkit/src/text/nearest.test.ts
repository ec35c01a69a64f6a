import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

test('nearest: a slip of one or two letters is recognized', () => {
  assert.equal(nearest('kernls', ['images', 'kernels']), 'kernels');
  assert.equal(nearest('memroy', ['memory', 'cpus']), 'memory');
});

test('nearest: what resembles nothing gets no guess', () => {
  assert.equal(nearest('frobnicate', ['run', 'ps']), undefined);
  assert.equal(nearest('x', ['ps']), undefined);
  assert.equal(nearest('ps', []), undefined);
});
