import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { problemsOfPod } from './update-problems.ts';

const pod = (spec: Partial<HostPod['spec']>) => ({ spec: { programs: [], ...spec } }) as unknown as HostPod;

for (const [what, before, after] of [
  ['begins to hold copies', {}, { copiesOf: 'a' }],
  ['holds those of another one', { copiesOf: 'a' }, { copiesOf: 'b' }],
  ['holds none any more', { copiesOf: 'a' }, {}],
] as const)
  test(`problemsOfPod: no pod ${what}`, () => {
    assert.deepEqual(
      problemsOfPod(pod(before), pod(after)).map(({ path }) => path),
      ['/spec/copiesOf'],
    );
  });

test('problemsOfPod: a pod that holds copies takes over further ones', () => {
  const held = { copiesOf: 'a', copies: ['one'] };
  assert.deepEqual(problemsOfPod(pod(held), pod({ ...held, copies: ['one', 'two'] })), []);
});
