import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from '../arguments/command.ts';
import { asksForTable, templateOf } from './objects.ts';

const flags = (given: Readonly<Record<string, string>>): FlagValues =>
  new FlagValues(new Map(Object.entries(given)));

test('templateOf: both names of the flag mean the same, and "table" alone is no template', () => {
  assert.equal(templateOf(flags({ format: '{{.Name}}' })), '{{.Name}}');
  assert.equal(templateOf(flags({ template: '{{.Name}}' })), '{{.Name}}');
  assert.equal(templateOf(flags({ format: 'table' })), undefined);
  assert.equal(asksForTable(flags({ format: 'table' })), true);
  assert.throws(() => templateOf(flags({ format: 'a', template: 'a' })), { code: 'USAGE_INVALID' });
});
