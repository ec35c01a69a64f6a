import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { runningGuest, vmEffectOf } from './vm-effect.ts';

test('vmEffectOf: what each field of a VM costs to change', () => {
  const effect = (path: string, from: unknown = 1) => vmEffectOf({ path, from, to: 2 });
  assert.equal(effect('/metadata/labels/app'), 'live');
  assert.equal(effect('/metadata/annotations/ignite.weave.works~1restartedAt'), 'restart');
  assert.equal(effect('/spec/power'), 'live');
  assert.equal(effect('/spec/network/ports/0/hostPort'), 'live');
  assert.equal(effect('/spec/network/policy/ingress/0/from/0/cidr'), 'live');
  for (const path of [
    '/spec/cpus',
    '/spec/machine/gic',
    '/spec/memory',
    '/spec/network/name',
    '/spec/network/dns/servers/0',
    '/spec/kernel/cmdLine',
    '/spec/env/GREETING',
  ])
    assert.equal(effect(path), 'restart', path);
  assert.equal(effect('/spec/image/oci'), 'replace');
  assert.equal(effect('/spec/arch'), 'replace');
  const machineEffect = (from: unknown, to: unknown) => vmEffectOf({ path: '/spec/machine', from, to });
  assert.equal(machineEffect(undefined, { gic: 2 }), 'restart');
  assert.equal(machineEffect(undefined, { vmm: 'qemu' }), 'restart', 'it is so already');
  assert.equal(machineEffect(undefined, { vmm: 'firecracker' }), 'replace');
  assert.equal(vmEffectOf({ path: '/spec/machine/vmm', from: 'firecracker', to: undefined }), 'replace');
  assert.equal(effect('/spec/diskSize', 1), 'restart', 'it grows');
  assert.equal(effect('/spec/diskSize', 3), 'replace', 'it would shrink');
  assert.equal(vmEffectOf({ path: '/spec/diskSize', from: undefined, to: 2 }), 'restart');
});

const booted = v.parse(vmSpecSchema, {
  image: { oci: 'debian:12' },
  cpus: 2,
  memory: '512MB',
  diskSize: '4GB',
});
const mb = (count: number): number => count * 2 ** 20;

test('vmEffectOf: memory of a guest that runs changes live up to what it was booted with, and more waits', () => {
  const guest = { booted, resizesMemory: true };
  const effect = (to: number, given = guest) =>
    vmEffectOf({ path: '/spec/memory', from: mb(300), to: mb(to) }, given);
  assert.equal(effect(256), 'live');
  assert.equal(effect(512), 'live');
  assert.equal(effect(513), 'restart');
  assert.equal(effect(256, { booted, resizesMemory: false }), 'restart', 'its VMM has no balloon');
  assert.equal(
    vmEffectOf({ path: '/spec/memory', from: mb(512), to: mb(256) }),
    'restart',
    'it does not run',
  );
});

test('vmEffectOf: taking back what has not come to the guest yet is live', () => {
  const guest = { booted, resizesMemory: true };
  assert.equal(vmEffectOf({ path: '/spec/cpus', from: 4, to: 2 }, guest), 'live');
  assert.equal(vmEffectOf({ path: '/spec/cpus', from: 4, to: 3 }, guest), 'restart');
  assert.equal(vmEffectOf({ path: '/spec/diskSize', from: mb(5120), to: mb(4096) }, guest), 'live');
  assert.equal(vmEffectOf({ path: '/spec/diskSize', from: mb(5120), to: mb(4608) }, guest), 'replace');
  const lost = { path: '/spec/diskSize', from: undefined, to: mb(4096) };
  assert.equal(vmEffectOf(lost, guest), 'restart', 'its disk is gone');
});

test('runningGuest: what it was started with is what is wanted of it, until that changes', () => {
  const spec = { ...booted, cpus: 4 };
  assert.equal(runningGuest({ spec, status: { phase: 'Running' } }, true)?.booted, spec);
  assert.equal(runningGuest({ spec, status: { phase: 'Paused', booted } }, true)?.booted, booted);
  assert.equal(runningGuest({ spec, status: { phase: 'Restarting' } }, true), undefined);
});
