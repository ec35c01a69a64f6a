import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { addressesOf, kernelText, statusText } from './vm-text.ts';

const now = Date.parse('2026-01-01T08:00:00Z');
const vm = (status: object, spec: object = {}, labels: object = {}): Vm =>
  ({ metadata: { labels }, status, spec: { kernel: {}, ...spec } }) as unknown as Vm;

test('statusText: up since when, or how it ended', () => {
  for (const [status, text] of [
    [{ phase: 'Running', startTime: '2026-01-01T00:00:00Z' }, 'Up 8h'],
    [{ phase: 'Stopped' }, 'Stopped'],
    [{ phase: 'Stopped', exitCode: 0, finishTime: '2026-01-01T07:59:00Z' }, 'Stopped (0) 60s ago'],
    [{ phase: 'Stopped', exitCode: 137, finishTime: '2026-01-01T07:00:00Z' }, 'Stopped (137) 60m ago'],
    [{ phase: 'Created' }, 'Created'],
    [{ phase: 'Failed', message: 'x' }, 'Failed'],
  ] as const)
    assert.equal(statusText(vm(status), now), text);
  const pooled = vm(
    { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
    {},
    { 'ignite.weave.works/pool': 'workers' },
  );
  assert.equal(statusText(pooled, now), 'Up 8h (Pool workers)');
  const making = { ...pooled, metadata: { labels: { 'ignite.weave.works/making-template': 'x' } } };
  assert.equal(statusText(making as unknown as Vm, now), 'Up 8h (Template)');
});

test('addressesOf: a VM that does not run has none, though it keeps one for its next start', () => {
  const network = { ipAddresses: ['10.61.0.2'] };
  assert.deepEqual(addressesOf(vm({ phase: 'Running', network })), ['10.61.0.2']);
  assert.deepEqual(addressesOf(vm({ phase: 'Stopped', network })), []);
});

test('kernelText: the image it comes from, else the version of this host’s own', () => {
  const kernel = { id: 'k', version: '6.1.0' };
  assert.equal(kernelText(vm({ kernel })), '6.1.0');
  assert.equal(kernelText(vm({ kernel }, { kernel: { oci: 'my/kernel:1' } })), 'my/kernel:1');
});
