import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DoctorCheck } from '@ignite/api/client/host-client';
import { examineHost, missingPackages } from './doctor.ts';

const missing = (name: string): DoctorCheck => ({ name, state: 'missing', found: 'not installed' });

test('missingPackages: each lack is cured by its package', () => {
  const checks = [missing('skopeo'), missing('runc or crun'), missing('CNI plugins'), missing('virtiofsd')];
  assert.deepEqual(missingPackages(checks), [
    'skopeo',
    'runc',
    'qemu-system-common',
    'containernetworking-plugins',
  ]);
});

test('missingPackages: what is there, and what no package brings, needs none', () => {
  assert.deepEqual(
    missingPackages([{ name: 'skopeo', state: 'ok', found: '/usr/bin/skopeo' }, missing('/dev/net/tun')]),
    [],
  );
});

test('examineHost: every check says what it found, and every lack what it costs and how to cure it', async () => {
  const checks = await examineHost(process.env);
  assert.ok(checks.length > 15);
  for (const { name } of checks) assert.doesNotMatch(name, / or \//);
  assert.equal(new Set(checks.map(({ name }) => name)).size, checks.length);
  for (const check of checks) {
    assert.ok(check.found !== '', check.name);
    if (check.state !== 'ok') assert.ok(check.cost && check.cure, check.name);
  }
});
