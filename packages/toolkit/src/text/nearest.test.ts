import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

test('nearest: a slip of one or two letters is recognized', () => {
  assert.equal(nearest('kernls', ['images', 'kernels']), 'kernels');
  assert.equal(nearest('memroy', ['memory', 'cpus']), 'memory');
});

test('nearest: two neighbours that are swapped are one slip', () => {
  assert.equal(nearest('bsah', ['zsh', 'bash']), 'bash');
  assert.equal(nearest('rnu', ['run']), 'run');
});

test('nearest: of short words, half of it is not a slip', () => {
  assert.equal(nearest('xml', ['json', 'yaml']), undefined);
  assert.equal(nearest('nope', ['top']), undefined);
});

test('nearest: what resembles nothing gets no guess', () => {
  assert.equal(nearest('frobnicate', ['run', 'ps']), undefined);
  assert.equal(nearest('x', ['ps']), undefined);
  assert.equal(nearest('ps', []), undefined);
});
