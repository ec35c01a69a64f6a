import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { issueText, issueTexts } from './issue-text.ts';

const says = (schema: v.GenericSchema, value: unknown): string => {
  const { success, issues } = v.safeParse(schema, value);
  assert.ok(!success);
  return issueText(issues[0]);
};
const cpus = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64));

test('issueText: what a value must be, in the words of who writes it', () => {
  assert.equal(says(cpus, 0), 'must be at least 1, not 0');
  assert.equal(says(cpus, 65), 'must be at most 64, not 65');
  assert.equal(says(cpus, 1.5), 'must be a whole number, not 1.5');
  assert.equal(says(v.picklist(['no', 'always']), 'never'), 'must be "no" or "always", not "never"');
  assert.equal(says(v.union([v.literal(true), v.literal('x')]), 3), 'must be true or "x", not 3');
  assert.equal(says(v.array(v.string()), {}), 'must be a list, not a map');
  assert.equal(says(v.boolean(), 'yes'), 'must be true or false, not "yes"');
  assert.equal(says(v.pipe(v.string(), v.nonEmpty()), ''), 'must not be empty');
  assert.equal(says(v.pipe(v.string(), v.ip()), '1.2'), 'must be an IP address, not "1.2"');
  assert.equal(says(v.pipe(v.string(), v.ipv4()), '::1'), 'must be an IPv4 address, not "::1"');
  assert.equal(says(v.pipe(v.string(), v.ipv6()), '1.2.3.4'), 'must be an IPv6 address, not "1.2.3.4"');
});

test('issueText: words of a schema are quoted, and fields that are unknown or missing are called that', () => {
  assert.equal(says(v.pipe(v.string(), v.regex(/^x/, 'must begin with x')), 'y'), 'must begin with x');
  assert.equal(says(v.pipe(v.string(), v.isoDate()), 'y'), 'Invalid date: Received "y"');
  assert.equal(says(v.strictObject({ a: v.string() }), {}), 'field "a" is required');
  assert.equal(says(v.strictObject({}), { b: 1 }), 'unknown field "b"');
});

test('issueTexts: each issue with the path of its field', () => {
  const { issues = [] } = v.safeParse(v.strictObject({ cpus, size: v.string() }), { cpus: 0.5, size: 1 });
  assert.deepEqual(issueTexts(issues, 'spec'), [
    'spec.cpus: must be a whole number, not 0.5',
    'spec.cpus: must be at least 1, not 0.5',
    'spec.size: must be a text, not 1',
  ]);
});
