import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Outcome } from './outcome.ts';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import { type ChangeHandler, informerKey } from '@ignite/toolkit/controller/informer';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { controlVms } from './control-vms.ts';

/** The VMs of a store that a test writes to. */
class Vms {
  readonly #vms = new Map<string, Vm>();
  readonly #handlers: ChangeHandler<Vm>[] = [];

  onChange(handler: ChangeHandler<Vm>): void {
    this.#handlers.push(handler);
  }

  get(key: string): Vm | undefined {
    return this.#vms.get(key);
  }

  put(vm: Vm): void {
    this.#vms.set(informerKey(vm), vm);
    for (const handler of this.#handlers) handler(vm, false);
  }

  remove(vm: Vm): void {
    this.#vms.delete(informerKey(vm));
    for (const handler of this.#handlers) handler(vm, true);
  }
}

function controller(t: TestContext, answer: (vm: Vm) => Partial<Outcome> | undefined) {
  const [vms, clock, stop] = [new Vms(), new ManualClock(), new AbortController()];
  const looks: number[] = [];
  const logged: string[] = [];
  const began = clock.now();
  const reconcile = async (uid: string): Promise<Outcome | undefined> => {
    looks.push(clock.now() - began);
    const vm = vms.get('default/web');
    assert.equal(vm?.metadata.uid, uid);
    const outcome = answer(vm);
    return outcome && { vm, conditions: [], ...outcome };
  };
  const log = (_level: string, message: string): void => void logged.push(message);
  const followed: string[] = [];
  const lock = { isHeld: false };
  const recordWhenReady = async ({ status }: Vm): Promise<void> => {
    followed.push(status.phase);
    throw new Error('its SSH does not answer');
  };
  const running = controlVms(
    { vms, isOwn, isBusy: () => lock.isHeld, reconcile, recordWhenReady, clock, log },
    stop.signal,
  );
  t.after(async () => {
    stop.abort();
    await running;
  });
  return {
    vms,
    clock,
    looks,
    logged,
    followed,
    lock,
    at: (ms: number) => new Date(began + ms).toISOString(),
  };
}

const isOwn = ({ spec }: Vm): boolean => spec.hostName !== 'other';

const withStatus = (status: Partial<VmStatus>): Vm => sampleVm({ spec: { power: 'Running' }, status });

test('controlVms: a VM that somebody has written is brought up, after whoever wrote it had time to', async (t) => {
  const { vms, clock, looks } = controller(t, () => ({ vm: withStatus({ phase: 'Running' }) }));
  vms.put(withStatus({ phase: 'Created' }));
  await clock.advance(999);
  assert.deepEqual(looks, []);
  await clock.advance(1);
  assert.deepEqual(looks, [1_000]);
});

test('controlVms: what a controller wishes of its VM is done at once', async (t) => {
  const { vms, clock, looks } = controller(t, () => ({ vm: withStatus({ phase: 'Running' }) }));
  const { metadata, ...vm } = withStatus({ phase: 'Created' });
  const owner = { apiVersion: 'v1', kind: 'IgniteMachine', name: 'a', uid: 'a' };
  vms.put({ ...vm, metadata: { ...metadata, ownerReferences: [{ ...owner, controller: true }] } });
  await clock.advance(0);
  assert.deepEqual(looks, [0]);
  vms.put({ ...vm, metadata: { ...metadata, generation: 2, ownerReferences: [owner] } });
  await clock.advance(999);
  assert.deepEqual(looks, [0]);
});

test('controlVms: a VM that was started is followed until it can be used, one that was up is not', async (t) => {
  const { vms, clock, looks, followed, logged } = controller(t, () => ({
    vm: withStatus({ phase: 'Running' }),
  }));
  vms.put(withStatus({ phase: 'Created' }));
  await clock.advance(1_000);
  vms.put(withStatus({ phase: 'Running' }));
  await clock.advance(1_000);
  assert.equal(looks.length, 2);
  assert.deepEqual([followed, logged], [['Running'], ['VM not ready']]);
});

test('controlVms: what changes nothing is no news, and a VM that is up is looked at now and then', async (t) => {
  const { vms, clock, looks } = controller(t, (vm) => ({ vm }));
  const vm = withStatus({ phase: 'Running' });
  vms.put(vm);
  await clock.advance(1_000);
  vms.put({ ...vm, status: { ...vm.status, readyTime: vm.metadata.creationTimestamp } });
  await clock.advance(299_999);
  assert.deepEqual(looks, [1_000]);
  await clock.advance(1);
  assert.deepEqual(looks, [1_000, 301_000]);
  vms.put({ ...vm, metadata: { ...vm.metadata, generation: 2 } });
  await clock.advance(1_000);
  assert.deepEqual(looks, [1_000, 301_000, 302_000]);
});

test('controlVms: a start that has failed is tried again when its pause is over, and told of each time', async (t) => {
  const { vms, clock, looks, logged } = controller(t, () => ({
    vm: withStatus({ phase: 'Failed' }),
    failure: new Error('no such image'),
    requeueAfterMs: 10_000,
  }));
  vms.put(withStatus({ phase: 'Created' }));
  await clock.advance(21_000);
  assert.deepEqual(looks, [1_000, 11_000, 21_000]);
  assert.deepEqual(logged, Array(3).fill('VM not started'));
});

test('controlVms: a VM restarts when its pause is over, without any leeway', async (t) => {
  const { vms, clock, looks, at } = controller(t, () => ({ vm: withStatus({ phase: 'Running' }) }));
  const restarts = { count: 1, pauseMs: 200, nextTime: at(200) };
  vms.put(withStatus({ phase: 'Restarting', restarts }));
  await clock.advance(200);
  assert.deepEqual(looks, [200]);
});

test('controlVms: a VM that somebody else is at work on is left alone, and looked at soon', async (t) => {
  let isBusy = true;
  const { vms, clock, looks } = controller(t, (vm) => (isBusy ? undefined : { vm }));
  vms.put(withStatus({ phase: 'Created' }));
  await clock.advance(1_600);
  isBusy = false;
  await clock.advance(60_000);
  assert.deepEqual(looks, [1_000, 1_500, 2_000]);
});

test('controlVms: a VM that is gone is forgotten, be it before the look or during it', async (t) => {
  const { vms, clock, looks, logged } = controller(t, () => {
    throw new CodedError('VM_NOT_FOUND', 'there is no such VM', { hint: 'look' });
  });
  const vm = withStatus({ phase: 'Created' });
  vms.put(vm);
  vms.remove(vm);
  await clock.advance(1_000);
  assert.deepEqual(looks, []);
  vms.put(vm);
  await clock.advance(60_000);
  await settled();
  assert.deepEqual([looks, logged], [[2_000], []]);
});

test('controlVms: a VM of another host is left to that host', async (t) => {
  const { vms, clock, looks } = controller(t, () => ({ vm: withStatus({ phase: 'Running' }) }));
  vms.put(sampleVm({ spec: { power: 'Running', hostName: 'other' }, status: { phase: 'Created' } }));
  await clock.advance(600_000);
  assert.deepEqual(looks, []);
  vms.put(sampleVm({ spec: { power: 'Running', hostName: 'mine' }, status: { phase: 'Created' } }));
  await clock.advance(1_000);
  assert.equal(looks.length, 1);
});

test('controlVms: whoever lets go of a VM may go on with it before anything is done to it', async (t) => {
  const { vms, clock, looks, lock } = controller(t, () => ({ vm: withStatus({ phase: 'Running' }) }));
  lock.isHeld = true; // "run" creates the VM
  vms.put(withStatus({ phase: 'Created' }));
  await clock.advance(10_000);
  lock.isHeld = false;
  await clock.advance(900);
  lock.isHeld = true; // "run" starts the VM
  await clock.advance(10_000);
  assert.deepEqual(looks, []);
  lock.isHeld = false;
  await clock.advance(2_000);
  assert.equal(looks.length, 1);
});
