import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { parseFilter } from './ps.ts';

const vm = {
  metadata: { name: 'web-1', uid: 'ab', labels: { app: 'web', tier: '' } },
  spec: { image: { oci: 'debian:12' }, cpus: 2 },
  status: { phase: 'Running' },
} as unknown as Vm;

for (const [text, fits] of [
  ['name=web-1', true],
  ['name==web-1', true],
  ['name=web', false],
  ['name=~web', true],
  ['name!=web-1', false],
  ['name!~db', true],
  ['status=RUNNING', true],
  ['image=debian:12', true],
  ['label=app=web', true],
  ['label=app', true],
  ['label=app=db', false],
  ['label=none', false],
  ['{{.spec.cpus}}=2', true],
  ['{{ .Spec.CPUs }}!=2', false],
] as const) {
  test(`parseFilter: ${text} ${fits ? 'fits' : 'does not fit'}`, () =>
    assert.equal(parseFilter(text)(vm), fits));
}

for (const bad of ['', 'name', 'size=2', '{{range}}=1', 'name>x']) {
  test(`parseFilter: ${JSON.stringify(bad)} is refused`, () =>
    assert.throws(() => parseFilter(bad), { code: 'USAGE_INVALID' }));
}
