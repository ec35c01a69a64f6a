import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueSchemas } from '@ignite/apiserver/custom-resource/value-schemas';
import { describeValueSchemas } from '@ignite/cluster/contract/value-schemas.contract';

describeValueSchemas('of the API server', valueSchemas);

test('rules in the Common Expression Language hold for values', () => {
  const schema = {
    type: 'integer',
    'x-kubernetes-validations': [{ rule: 'self % 2 == 1', message: 'must be odd' }],
  };
  assert.deepEqual(valueSchemas.problemsOfSchema(schema), []);
  assert.deepEqual(valueSchemas.problems(3, schema), []);
  assert.match(valueSchemas.problems(4, schema).join(), /must be odd/);
  const broken = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self %' }] };
  assert.notDeepEqual(valueSchemas.problemsOfSchema(broken), []);
});
