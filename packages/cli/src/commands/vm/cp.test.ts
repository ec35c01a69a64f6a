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
  for (const [source, destination] of [
    ['a:/x', 'b:/y'],
    ['prod/a:/x', 'prod/b:/y'],
  ] as const)
    assert.throws(() => parseCopy(source, destination), { code: 'USAGE_INVALID' });
  assert.throws(() => parseCopy('/x:1', './y'), { code: 'USAGE_INVALID' });
});

test('parseCopy: beside a VM without a namespace, a folder and a name with a colon are a path of the host', () => {
  const hostPath = 'backups/db:2024.sql';
  assert.deepEqual(parseCopy(hostPath, 'web:/tmp'), { way: 'in', vm: 'web', vmPath: '/tmp', hostPath });
  assert.deepEqual(parseCopy('web:/tmp', hostPath), { way: 'out', vm: 'web', vmPath: '/tmp', hostPath });
  const prod = { way: 'in', vm: 'prod/web', vmPath: '/tmp', hostPath };
  assert.deepEqual(parseCopy(hostPath, 'prod/web:/tmp', 'prod'), prod);
  assert.throws(() => parseCopy(hostPath, 'prod/web:/tmp'), { code: 'USAGE_INVALID' });
});
