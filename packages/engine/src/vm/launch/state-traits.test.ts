import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { qemuArgv } from '../../tools/vmm/qemu/argv.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import {
  type StateTraitsInput,
  assertStateFits,
  runsCommands,
  stateTraits,
  withoutIdentity,
} from './state-traits.ts';
import { vmMachine } from './vm-machine.ts';

const nic = {
  ...{ name: 'eth0', tap: 'tap0', mac: '0a:00:00:00:00:01', mtu: 1_500 },
  addresses: ['10.61.0.2/16'],
  routes: [],
};
const attachment = { netnsPath: '/run/netns/ignite-x', nics: [nic], dns: [] };
const machine = vmMachine(sampleVm({ spec: { memory: '512MB' } }), {
  ...{ attachment, volumes: [], vmm: qemu },
  accel: { kind: 'tcg', tscKhz: 2_599_998 },
});
const input: StateTraitsInput = { machine, attachment, kernel: 'k', image: 'sha256:1', hostCpu: 'a CPU' };
const saved = stateTraits(input);

test('assertStateFits: a state fits the machine that it was saved of, after a new measurement of the clock too', () => {
  assertStateFits(saved, stateTraits(input));
  const measured = { ...machine, accel: { kind: 'tcg', tscKhz: 2_600_001 } } as const;
  assertStateFits(saved, stateTraits({ ...input, machine: measured }));
});

test('assertStateFits: a state is refused for each difference, with what was and what is', () => {
  const other = (change: Partial<StateTraitsInput['machine']>): StateTraitsInput => ({
    ...input,
    machine: { ...machine, ...change },
  });
  const rows: readonly (readonly [StateTraitsInput, RegExp])[] = [
    [other({ cpus: 2 }), /its number of CPUs was 1, and now is 2/],
    [other({ disks: machine.disks.slice(1) }), /its list of disks was root \(qcow2\), /],
    [other({ accel: { kind: 'kvm' } }), /its acceleration was tcg, and now is kvm/],
    [other({ accel: { kind: 'tcg', tscKhz: 3_000_000 } }), /was 2\.60 GHz, and now is 3\.00 GHz/],
    [other({ nics: [] }), /its list of interfaces was 0a:00:00:00:00:01, and now is nothing/],
    [{ ...input, kernel: 'l' }, /its kernel was k, and now is l/],
    [{ ...input, image: 'sha256:2' }, /its image was sha256:1, and now is sha256:2/],
    [
      { ...input, attachment: { ...attachment, nics: [{ ...nic, addresses: ['10.61.0.3/16'] }] } },
      /its list of addresses was 10\.61\.0\.2\/16, and now is 10\.61\.0\.3\/16/,
    ],
  ];
  for (const [found, message] of rows)
    assert.throws(() => assertStateFits(saved, stateTraits(found)), { code: 'STATE_UNFIT', message });
  const underKvm = stateTraits(other({ accel: { kind: 'kvm' } }));
  const elsewhere = stateTraits({ ...other({ accel: { kind: 'kvm' } }), hostCpu: 'another CPU' });
  assert.throws(() => assertStateFits(underKvm, elsewhere), {
    message: /its CPU was a CPU, and now is another/,
  });
});

test('runsCommands: a state that was saved without ports for commands fits the machine without them', () => {
  assert.ok(runsCommands(saved));
  const { commandSockets: _sockets, ...older } = machine;
  const savedBefore = stateTraits({ ...input, machine: older });
  assert.equal(savedBefore.channels, 'clock, identity');
  assert.ok(!runsCommands(savedBefore));
  const restored = vmMachine(sampleVm({ spec: { memory: '512MB' } }), {
    ...{ attachment, volumes: [], vmm: qemu, runsCommands: runsCommands(savedBefore) },
    accel: { kind: 'tcg', tscKhz: 2_599_998 },
  });
  assertStateFits(savedBefore, stateTraits({ ...input, machine: restored }));
  assert.ok(qemuArgv(restored).includes('virtio-serial-device,max_ports=7'));
});

test('assertStateFits: a trait that one side does not know is a difference', () => {
  assert.throws(() => assertStateFits({ ...saved, firmware: 'new' }, saved), { code: 'STATE_UNFIT' });
  assert.throws(() => assertStateFits(saved, { ...saved, firmware: 'new' }), { code: 'STATE_UNFIT' });
});

test('withoutIdentity: a state fits a machine with other MACs and addresses, but not one with more interfaces', () => {
  const nics = [{ tap: 'tap0', mac: '0a:00:00:00:00:02' }];
  const other = { ...input, attachment: { ...attachment, nics: [{ ...nic, addresses: ['10.61.0.3/16'] }] } };
  const found = (more: typeof nics) =>
    withoutIdentity(stateTraits({ ...other, machine: { ...machine, nics: more } }));
  assertStateFits(withoutIdentity(saved), found(nics));
  assert.throws(() => assertStateFits(withoutIdentity(saved), found([...nics, ...nics])), {
    message: /its number of interfaces was 1, and now is 2/,
  });
});
