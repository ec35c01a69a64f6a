import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmStatus } from './vm.ts';
import { withConditions } from './vm-conditions.ts';
import { sampleVm } from './vm.sample.ts';

const now = '2026-01-01T12:00:00.000Z';
const content = {
  image: { digest: 'sha256:0', bootMode: 'init' },
  kernel: { id: '1', version: '6.1' },
} as const;

/** Returns the states of the conditions, in their order, and the reason of the last one. */
function told(status: Partial<VmStatus>, spec: object = {}): string {
  const { conditions = [] } = withConditions(sampleVm({ spec, status }), now);
  return `${conditions.map((each) => each.status[0]).join('')} ${conditions.at(-1)?.reason}`;
}

test('withConditions: how far a VM has come', () => {
  assert.equal(told({}), 'FFFFF Created');
  assert.equal(told({ ...content, phase: 'Starting' }), 'TTFFF Starting');
  assert.equal(told({ ...content, phase: 'Running' }), 'TTTTT Running');
  assert.equal(told({ ...content, phase: 'Paused' }), 'TTTTF Paused');
  assert.equal(told({ ...content, phase: 'Suspended' }), 'TTFFF Suspended');
  assert.equal(told({ ...content, phase: 'Stopped' }), 'TTFFF Stopped');
  assert.equal(told({ ...content, phase: 'Restarting' }), 'TTFFF Restarting');
});

test('withConditions: a VM that is to have SSH is ready once that has answered', () => {
  const running = { ...content, phase: 'Running' } as const;
  assert.equal(told(running, { ssh: { generateKey: true } }), 'TTTTU SshUnknown');
  assert.equal(told({ ...running, readyTime: now }, { ssh: { generateKey: true } }), 'TTTTT SshAnswered');
});

test('withConditions: what a guest has told of its user data, if anything', () => {
  const running = { ...content, phase: 'Running' } as const;
  const found = (state: NonNullable<VmStatus['bootstrap']>['state']) =>
    withConditions(sampleVm({ status: { ...running, bootstrap: { state, output: 'last' } } }), now)
      .conditions?.filter(({ type }) => type === 'Bootstrapped')
      .map(({ status, reason, message }) => `${status} ${reason} ${message}`);
  assert.deepEqual(found('Running'), ['Unknown Running last']);
  assert.deepEqual(found('Done'), ['True Done ']);
  assert.deepEqual(found('Failed'), ['False CommandsFailed last']);
  assert.deepEqual(found('Refused'), ['False Refused last']);
  assert.deepEqual(found('CloudInit'), []);
});

test('withConditions: a failure is told where it happened, and its time is that of the first', () => {
  const failed = { phase: 'Failed', message: 'not found', observedGeneration: 3 } as const;
  const status = withConditions(sampleVm({ status: failed }), now);
  const [image, kernel] = status.conditions ?? [];
  assert.deepEqual(image, {
    type: 'ImageReady',
    status: 'False',
    reason: 'ImageFailed',
    message: 'not found',
    observedGeneration: 3,
    lastTransitionTime: now,
  });
  assert.equal(kernel?.reason, 'NotYet');
  const again = withConditions(sampleVm({ status }), '2026-01-01T13:00:00.000Z');
  assert.equal(again.conditions?.[0]?.lastTransitionTime, now);
  const kernelFailed = withConditions(sampleVm({ status: { ...failed, image: content.image } }), now);
  assert.equal(kernelFailed.conditions?.[1]?.reason, 'KernelFailed');
});
