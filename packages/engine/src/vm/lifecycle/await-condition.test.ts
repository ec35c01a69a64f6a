import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { VmHost } from '../vm-host.ts';
import { untilCondition } from './await-condition.ts';

const never = new AbortController().signal;

/** A host whose VM is in each of the phases in turn, and then in the last; `undefined`: it is gone. */
function hostThrough(...phases: readonly (VmStatus['phase'] | undefined)[]) {
  const rest = [...phases];
  const find = async () => {
    const phase = rest.length > 1 ? rest.shift() : rest[0];
    if (phase === undefined) throw new CodedError('VM_NOT_FOUND', 'there is none', { hint: '' });
    return sampleVm({ status: { phase } });
  };
  // What is looked at besides is reached for VMs that have ended alone.
  return { find } as unknown as VmHost & { readonly find: typeof find };
}

test('untilCondition: the first that holds of several, which may be so already', async () => {
  const host = hostThrough('Created', 'Starting', 'Starting', 'Failed');
  const met = await untilCondition('web', { conditions: ['running', 'failed'] }, host, never);
  assert.equal(met.condition, 'failed');
  const now = await untilCondition(
    'web',
    { conditions: ['paused'], timeoutMs: 0 },
    hostThrough('Paused'),
    never,
  );
  assert.equal(now.condition, 'paused');
});

test('untilCondition: a VM that is not there is removed; while anything else is waited for that is an error', async () => {
  const gone = { conditions: ['removed', 'running'] } as const;
  assert.deepEqual(await untilCondition('web', gone, hostThrough(undefined), never), {
    condition: 'removed',
  });
  const going = hostThrough('Paused', 'Paused', undefined);
  assert.deepEqual(await untilCondition('web', gone, going, never), { condition: 'removed' });
  await assert.rejects(
    untilCondition('web', { conditions: ['running'] }, hostThrough('Stopped', 'Stopped', undefined), never),
    { code: 'VM_NOT_FOUND' },
  );
});

test('untilCondition: when the time is over the error names what was waited for; an interrupt is no such error', async () => {
  const request = { conditions: ['ready', 'failed'], timeoutMs: 150 } as const;
  await assert.rejects(untilCondition('web', request, hostThrough('Running'), never), {
    code: 'WAIT_TIMEOUT',
    message: 'VM "web" was not ready or failed within 150ms',
  });
  const interrupted = AbortSignal.timeout(20);
  await assert.rejects(
    untilCondition('web', { conditions: ['running'] }, hostThrough('Paused'), interrupted),
    (failure: Error) => failure.name === 'AbortError' || failure.name === 'TimeoutError',
  );
});
