import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { parseRestartPolicy, restartPolicySchema } from './restart-policy.ts';

test('restartPolicySchema: the four policies, one of them with a bound, and nothing else', () => {
  for (const good of ['no', 'always', 'unless-stopped', 'on-failure', 'on-failure:3'])
    assert.ok(v.is(restartPolicySchema, good), good);
  for (const bad of [
    '',
    'No',
    'never',
    'always:3',
    'no:1',
    'on-failure:',
    'on-failure:0',
    'on-failure:-1',
    false,
  ])
    assert.ok(!v.is(restartPolicySchema, bad), String(bad));
});

test('parseRestartPolicy: the bound is a number, and a VM without a policy has none', () => {
  assert.deepEqual(parseRestartPolicy('on-failure:3'), { kind: 'on-failure', most: 3 });
  assert.deepEqual(parseRestartPolicy('on-failure'), { kind: 'on-failure' });
  assert.deepEqual(parseRestartPolicy('unless-stopped'), { kind: 'unless-stopped' });
  assert.deepEqual(parseRestartPolicy(undefined), { kind: 'no' });
});
