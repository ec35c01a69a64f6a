import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { bytes } from '@ignite/toolkit/units/bytes';
import type { ObservedVm } from '@ignite/api/client/vm-client';
import { VmActuator, liveVm } from './vm-actuator.ts';

const vm = (spec: object = {}, status: Partial<VmStatus> = {}): Vm =>
  sampleVm({ uid: 'u1', spec, status: { phase: 'Running', ...status } });

const op = { signal: new AbortController().signal, report: () => {} };

/** Returns VMs that only record what is asked of them. */
function recorder(
  taken = false,
  there: readonly Vm[] = [],
): { readonly asked: string[]; readonly actuator: VmActuator } {
  const asked: string[] = [];
  const note = (what: string) => async (): Promise<Vm> => {
    asked.push(what);
    return vm();
  };
  const vms: ConstructorParameters<typeof VmActuator>[0] = {
    observe: async () => there.map((each) => ({ vm: each, hasDisk: true, resizesMemory: true })),
    create: async () => {
      asked.push('create');
      if (taken) throw new CodedError('VM_NAME_TAKEN', 'taken', { hint: '' });
      return vm();
    },
    start: note('start'),
    stop: note('stop'),
    pause: note('pause'),
    redefine: async (_query, { wish }) => {
      asked.push(wish ? `redefine ${wish.power}${wish.anew ? ' anew' : ''}` : 'redefine');
      return vm();
    },
    reconcile: note('reconcile'),
    remove: note('remove'),
  };
  return { asked, actuator: new VmActuator(vms) };
}

describe('VmActuator', () => {
  test('a VM that is to run is made and started; one that an earlier run made is only started', async () => {
    for (const taken of [false, true]) {
      const { asked, actuator } = recorder(taken, taken ? [vm()] : []);
      await actuator.create(vm(), op);
      assert.deepEqual(asked, ['create', 'start']);
    }
    const { asked, actuator } = recorder();
    await actuator.create(vm({ power: 'Stopped' }), op);
    assert.deepEqual(asked, ['create']);
  });

  test('a VM whose name another host has taken is not taken for one that an earlier run made', async () => {
    for (const power of ['Running', 'Stopped'] as const) {
      const { asked, actuator } = recorder(true);
      await assert.rejects(actuator.create(vm({ power }), op), { code: 'VM_NAME_TAKEN' });
      assert.deepEqual(asked, ['create']);
    }
  });

  test('a change that requires a restart waits for the next start of a stopped VM', () => {
    const { actuator } = recorder();
    const change = { path: '/spec/cpus', from: 1, to: 2 };
    const effect = (phase: VmStatus['phase']) =>
      actuator.effectOf('VM', change, liveVm({ vm: vm({}, { phase }), hasDisk: true, resizesMemory: true }));
    assert.deepEqual((['Running', 'Paused', 'Restarting'] as const).map(effect), Array(3).fill('restart'));
    assert.deepEqual(
      (['Created', 'Stopped', 'Failed', 'Suspended'] as const).map(effect),
      Array(4).fill('next-start'),
    );
  });

  test('a VM whose removal was cut short is removed before another of its name is made', async () => {
    const stopped = vm({}, { phase: 'Stopped' });
    const leaving = { ...stopped, metadata: { ...stopped.metadata, deletionTimestamp: 'then' } };
    const { asked, actuator } = recorder(false, [leaving]);
    assert.equal((await actuator.observe(op.signal))[0]?.isLeaving, true);
    await actuator.create(vm({ power: 'Stopped' }), op);
    assert.deepEqual(asked, ['remove', 'create']);
  });

  test('changes restart a VM only where they must; one write holds all that is wanted, power included', async () => {
    const asks = async (from: Vm, to: object, path: string): Promise<readonly string[]> => {
      const { asked, actuator } = recorder();
      await actuator.change(
        liveVm({ vm: from, hasDisk: true, resizesMemory: true }),
        vm(to),
        [{ path, from: 1, to: 2 }],
        op,
      );
      return asked;
    };
    assert.deepEqual(await asks(vm(), {}, '/metadata/labels/a'), ['redefine']);
    assert.deepEqual(await asks(vm(), { cpus: 2 }, '/spec/cpus'), ['redefine Running anew', 'reconcile']);
    assert.deepEqual(await asks(vm(), { power: 'Stopped' }, '/spec/power'), [
      'redefine Stopped',
      'reconcile',
    ]);
    const stopped = vm({}, { phase: 'Stopped' });
    assert.deepEqual(await asks(stopped, {}, '/spec/power'), ['redefine Running anew', 'reconcile']);
    assert.deepEqual(await asks(stopped, { power: 'Stopped', cpus: 2 }, '/spec/cpus'), ['redefine']);
    assert.deepEqual(await asks(vm(), { power: 'Paused' }, '/spec/power'), ['redefine Paused', 'reconcile']);
    assert.deepEqual(await asks(stopped, { power: 'Paused' }, '/spec/power'), [
      'redefine Paused anew',
      'reconcile',
    ]);
    const paused = vm({ power: 'Paused' }, { phase: 'Paused' });
    assert.deepEqual(await asks(paused, {}, '/spec/power'), ['redefine Running', 'reconcile']);
    assert.deepEqual(await asks(paused, { power: 'Paused' }, '/metadata/labels/a'), ['redefine']);
    const suspended = vm({ power: 'Suspended' }, { phase: 'Suspended' });
    assert.deepEqual(await asks(vm(), { power: 'Suspended' }, '/spec/power'), [
      'redefine Suspended',
      'reconcile',
    ]);
    assert.deepEqual(await asks(suspended, { cpus: 2 }, '/spec/cpus'), ['redefine Running', 'reconcile']);
    assert.deepEqual(await asks(suspended, { power: 'Suspended', cpus: 2 }, '/spec/cpus'), ['redefine']);
    assert.deepEqual(await asks(stopped, { power: 'Suspended' }, '/metadata/labels/a'), [
      'redefine Suspended anew',
      'reconcile',
    ]);
    const booted = vm().spec;
    const shrunk = vm({ memory: '256MB' }, { booted, memory: bytes(256 * 2 ** 20) });
    const memory = async (to: string): Promise<readonly string[]> => {
      const { asked, actuator } = recorder();
      const change = { path: '/spec/memory', from: shrunk.spec.memory, to: vm({ memory: to }).spec.memory };
      await actuator.change(
        liveVm({ vm: shrunk, hasDisk: true, resizesMemory: true }),
        vm({ memory: to }),
        [change],
        op,
      );
      return asked;
    };
    assert.deepEqual(await memory('512MB'), ['redefine'], 'what it was booted with');
    assert.deepEqual(await memory('1GB'), ['redefine Running anew', 'reconcile'], 'more than that');
    const restarting = vm({ restartPolicy: 'always' }, { phase: 'Restarting' });
    assert.deepEqual(await asks(restarting, { power: 'Stopped' }, '/spec/power'), [
      'redefine Stopped',
      'reconcile',
    ]);
  });

  test('a restart that was cut short after it was written is finished, without another one', async () => {
    const annotations = { [restartedAtAnnotation]: '2026-01-01T12:00:00Z' };
    const wished = vm({}, { phase: 'Stopping', lastWish: { power: 'Running' } });
    const cutShort = { ...wished, metadata: { ...wished.metadata, annotations } };
    const { asked, actuator } = recorder(false, [cutShort, vm()]);
    const [unfinished, finished] = await actuator.observe(op.signal);
    assert.deepEqual([unfinished!.isUnfinished, finished!.isUnfinished], [true, false]);
    await actuator.change(unfinished!, cutShort, [], op);
    assert.deepEqual(asked, ['redefine', 'reconcile']);
  });

  test('a VM goes by its power button, then with its disk', async () => {
    const { asked, actuator } = recorder();
    await actuator.remove(liveVm({ vm: vm(), hasDisk: true, resizesMemory: true }), op);
    assert.deepEqual(asked, ['stop', 'remove']);
  });
});

test('liveVm: what is not as declared differs from it: power, memory, and a disk that is gone', () => {
  const spec = (given: Omit<ObservedVm, 'resizesMemory'>) =>
    liveVm({ ...given, resizesMemory: true }).spec as Partial<Vm['spec']>;
  assert.deepEqual(spec({ vm: vm(), hasDisk: true }), vm().spec);
  assert.equal(spec({ vm: vm({}, { phase: 'Stopped' }), hasDisk: true }).power, 'Stopped');
  assert.equal(spec({ vm: vm(), hasDisk: false }).diskSize, undefined);
  assert.equal(spec({ vm: vm({}, { phase: 'Created' }), hasDisk: false }).diskSize, vm().spec.diskSize);
  assert.equal(spec({ vm: vm({}, { phase: 'Restarting' }), hasDisk: true }).power, 'Running');
  const given = bytes(256 * 2 ** 20);
  assert.equal(
    spec({ vm: vm({}, { memory: given }), hasDisk: true }).memory,
    given,
    'a change was cut short',
  );
  assert.equal(
    spec({ vm: vm({}, { phase: 'Stopped', memory: given }), hasDisk: true }).memory,
    vm().spec.memory,
  );
  const { health } = liveVm({
    vm: vm({}, { phase: 'Stopped', message: 'the VMM is gone' }),
    hasDisk: true,
    resizesMemory: true,
  });
  assert.deepEqual(health, { state: 'Degraded', message: 'the VMM is gone' });
});
