import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmEffectOf } from './vm-effect.ts';

test('vmEffectOf: what each field of a VM costs to change', () => {
  const effect = (path: string, from: unknown = 1) => vmEffectOf({ path, from, to: 2 });
  assert.equal(effect('/metadata/labels/app'), 'live');
  assert.equal(effect('/spec/power'), 'live');
  assert.equal(effect('/spec/network/ports/0/hostPort'), 'live');
  for (const path of [
    '/spec/cpus',
    '/spec/machine/gic',
    '/spec/memory',
    '/spec/network/name',
    '/spec/network/dns/servers/0',
    '/spec/kernel/cmdLine',
  ])
    assert.equal(effect(path), 'restart', path);
  assert.equal(effect('/spec/image/oci'), 'replace');
  assert.equal(effect('/spec/arch'), 'replace');
  assert.equal(effect('/spec/diskSize', 1), 'restart', 'it grows');
  assert.equal(effect('/spec/diskSize', 3), 'replace', 'it would shrink');
  assert.equal(vmEffectOf({ path: '/spec/diskSize', from: undefined, to: 2 }), 'restart');
});
