import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../host.ts';
import { hostResource } from './host.ts';

const host = (status: 'True' | 'False' | 'Unknown', spec: Host['spec'] = {}): Host =>
  ({ spec, status: { conditions: [{ type: 'Ready', status }] } }) as unknown as Host;

test('a host says how it is as a node of Kubernetes does', () => {
  for (const [shown, text] of [
    [host('True'), 'Ready'],
    [host('False'), 'NotReady'],
    [host('Unknown'), 'Unknown'],
    [host('True', { unschedulable: true }), 'Ready,SchedulingDisabled'],
  ] as const)
    assert.equal(hostResource.summary(shown), text);
  assert.equal(hostResource.readiness(host('Unknown')), 'False');
});
