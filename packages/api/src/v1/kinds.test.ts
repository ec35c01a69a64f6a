import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOfUpdate } from '@ignite/toolkit/scheme/problems-of-update';
import { kinds } from './kinds.ts';
import { sampleVm } from './vm.sample.ts';

test('a VM is bound to a host once, and stays there', () => {
  const vmKind = kinds.find(({ kind }) => kind === 'VM')!;
  const vm = (hostName?: string) => sampleVm({ spec: hostName === undefined ? {} : { hostName } });
  const paths = (old?: string, next?: string) =>
    problemsOfUpdate(vm(old), vm(next), vmKind).map(({ path }) => path);
  assert.deepEqual(paths(undefined, 'a'), []);
  assert.deepEqual(paths('a', 'a'), []);
  assert.deepEqual(paths('a', 'b'), ['/spec/hostName']);
  assert.deepEqual(paths('a'), ['/spec/hostName']);
});
