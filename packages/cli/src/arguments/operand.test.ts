import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesAt, parseOperands } from './operand.ts';

const kindsAt = (usage: string, position: number): readonly string[] =>
  choicesAt(parseOperands(usage), position).map((choice) =>
    choice.kind === 'literal' ? choice.text : choice.kind === 'object' ? choice.of : choice.kind,
  );

test('choicesAt: words of a usage line say what stands where', () => {
  assert.deepEqual(kindsAt('VM COMMAND...', 0), ['VM']);
  assert.deepEqual(kindsAt('VM COMMAND...', 1), ['anything']);
  assert.deepEqual(kindsAt('IMAGE [-- COMMAND...]', 0), ['Image']);
  assert.deepEqual(kindsAt('IMAGE [-- COMMAND...]', 1), []);
  assert.deepEqual(kindsAt('bash|zsh|fish', 0), ['bash', 'zsh', 'fish']);
  assert.deepEqual(kindsAt('FILE|DIR|-', 0), ['file', 'directory', 'anything']);
  assert.deepEqual(kindsAt('', 0), []);
});

test('choicesAt: a repeated operand goes on, an optional one may be left out', () => {
  assert.deepEqual(kindsAt('VM...', 5), ['VM']);
  assert.deepEqual(kindsAt('[KIND/NAME...]', 2), ['key']);
  assert.deepEqual(kindsAt('[vm|image] VM', 0), ['vm', 'image', 'VM']);
  assert.deepEqual(kindsAt('[vm|image] VM', 1), ['VM']);
  assert.deepEqual(kindsAt('[KIND [OBJECT]]', 1), ['named-object']);
  assert.deepEqual(kindsAt('KIND[.spec.FIELD...]', 1), []);
});
