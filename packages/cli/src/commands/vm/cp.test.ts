import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCopy } from './cp.ts';

test('parseCopy: just one side is in a VM', () => {
  assert.deepEqual(parseCopy('vm:/etc/hosts', '.'), {
    way: 'out',
    vm: 'vm',
    vmPath: '/etc/hosts',
    hostPath: '.',
  });
  assert.deepEqual(parseCopy('-', 'vm:'), { way: 'in', vm: 'vm', vmPath: '.', hostPath: '-' });
  assert.deepEqual(parseCopy('prod/vm:/etc', '.'), {
    way: 'out',
    vm: 'prod/vm',
    vmPath: '/etc',
    hostPath: '.',
  });
  assert.deepEqual(parseCopy('./a:b', 'vm:c:d'), { way: 'in', vm: 'vm', vmPath: 'c:d', hostPath: './a:b' });
  assert.throws(() => parseCopy('a:/x', 'b:/y'), { code: 'USAGE_INVALID' });
  assert.throws(() => parseCopy('/x:1', './y'), { code: 'USAGE_INVALID' });
});
