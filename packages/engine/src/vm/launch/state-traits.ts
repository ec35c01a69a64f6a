import type { Attachment } from '../../tools/network/network.ts';
import { stateUnfit } from '../../tools/vmm/errors.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import type { Machine } from '../../tools/vmm/machine.ts';
import type { StateTraits } from '../../tools/vmm/saved-state.ts';

export interface StateTraitsInput {
  readonly machine: Machine;
  readonly attachment: Attachment;
  readonly kernel: string;
  readonly image: string;
  /** The CPU of this host, as a guest under KVM sees it. */
  readonly hostCpu: string;
}

/**
 * Pure. Returns what a state of a machine is bound to, besides the version of its VMM: the devices and the memory,
 * which the VMM only fills in, and all that the guest has learnt of its surroundings and will not ask again.
 */
export function stateTraits({ machine, attachment, kernel, image, hostCpu }: StateTraitsInput): StateTraits {
  const { arch, accel, gic, cpus, memory, disks, shares, nics, streams } = machine;
  const { clockSocket, identitySocket, commandSockets } = machine;
  return {
    architecture: arch,
    ...accelTraits(accel, hostCpu),
    'interrupt controller': String(gic ?? 'of the machine'),
    'number of CPUs': String(cpus),
    memory: `${memory / 2 ** 20} MB`,
    kernel,
    image,
    'list of disks': disks.map(({ serial, format }) => `${serial} (${format})`).join(', '),
    'list of shared folders': shares.map(({ tag }) => tag).join(', '),
    'list of interfaces': nics.map(({ mac }) => mac).join(', '),
    'list of addresses': attachment.nics.flatMap(({ addresses }) => addresses).join(', '),
    channels: [
      ...(streams ? ['streams'] : []),
      ...(clockSocket === undefined ? [] : ['clock']),
      ...(identitySocket === undefined ? [] : ['identity']),
      ...(commandSockets === undefined ? [] : [commandsTrait]),
    ].join(', '),
  };
}

const commandsTrait = 'commands';

/** Pure. Tells whether the machine of a saved state has ports for commands, which one that an older Ignite has saved has not. */
export const runsCommands = ({ channels = '' }: StateTraits): boolean =>
  channels.split(', ').includes(commandsTrait);

/** Pure. Returns what a state is bound to by how its guest ran. */
export const accelTraits = (accel: Accel, hostCpu: string): StateTraits => ({
  acceleration: accel.kind,
  CPU: accel.kind === 'kvm' ? hostCpu : 'emulated',
  'rate of the time stamp counter': accel.kind === 'tcg' ? rateText(accel.tscKhz) : 'of the CPU',
});

/** A host measures the rate anew at each boot, with an error far below a hundredth of a GHz. */
const rateText = (khz: number | undefined): string =>
  khz === undefined ? 'unknown' : `${(khz / 1_000_000).toFixed(2)} GHz`;

/** Pure. Returns the traits that a state has in common with every machine which it may become, whatever its identity. */
export function withoutIdentity({
  'list of interfaces': macs = '',
  'list of addresses': _addresses,
  ...traits
}: StateTraits): StateTraits {
  return { ...traits, 'number of interfaces': String(macs.split(',').filter(Boolean).length) };
}

/**
 * Pure. Asserts that a machine is as a state was saved of it.
 * @throws CodedError STATE_UNFIT
 */
export function assertStateFits(saved: StateTraits, found: StateTraits): void {
  for (const name of new Set([...Object.keys(saved), ...Object.keys(found)]))
    if (saved[name] !== found[name]) throw stateUnfit(name, shown(saved[name]), shown(found[name]));
}

const shown = (trait: string | undefined): string =>
  trait === undefined || trait === '' ? 'nothing' : trait;
