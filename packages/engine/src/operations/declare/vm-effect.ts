import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { defaultVmm } from '@ignite/api/v1/vm-machine';
import { hasGuest, hasVmm } from '@ignite/api/v1/vm-phase';
import type { Effect } from '@ignite/toolkit/apply/actuator';
import { type FieldChange, diffFields, isWithin, valueAt } from '@ignite/toolkit/diff/field-change';

/**
 * The effects of changing a field of a VM. The first entry that contains the field applies. A field without
 * an entry requires that the VM is replaced.
 */
const table: readonly (readonly [string, Effect])[] = [
  [`/metadata/annotations/${restartedAtAnnotation.replace('/', '~1')}`, 'restart'],
  ['/metadata', 'live'],
  // The engine refuses another host.
  ['/spec/hostName', 'live'],
  ['/spec/power', 'live'],
  ['/spec/restartPolicy', 'live'],
  ['/spec/cpus', 'restart'],
  ['/spec/machine', 'restart'],
  ['/spec/memory', 'restart'],
  ['/spec/kernel', 'restart'],
  ['/spec/network/ports', 'live'],
  ['/spec/network/policy', 'live'],
  ['/spec/network', 'restart'],
  ['/spec/storage', 'restart'],
  ['/spec/ssh', 'restart'],
  ['/spec/copyFiles', 'restart'],
  ['/spec/command', 'restart'],
  ['/spec/tty', 'restart'],
  ['/spec/env', 'restart'],
  ['/spec/sandbox', 'restart'],
];

/** A running guest, which some changes can reach. */
export interface RunningGuest {
  /** The spec that it was started with. */
  readonly booted: VmSpec;
  /** True if its memory can be reduced while it runs. */
  readonly resizesMemory: boolean;
}

/** Pure. Returns the guest of a VM whose phase is up to date, or `undefined` if it is down. */
export function runningGuest(
  { spec, status }: Pick<Vm, 'spec' | 'status'>,
  resizesMemory: boolean,
): RunningGuest | undefined {
  if (!hasGuest({ status })) return undefined;
  return { booted: status.booted ?? spec, resizesMemory: resizesMemory && hasVmm({ status }) };
}

/** Pure. Returns the effect of a change on a VM. `guest` is given if the VM runs. */
export function vmEffectOf(change: FieldChange, guest?: RunningGuest): Effect {
  if (guest && (isUndone(change, guest) || isWithinReach(change, guest))) return 'live';
  if (change.path === '/spec/diskSize') return diskEffectOf(change);
  if (['/spec/machine', '/spec/machine/vmm'].includes(change.path)) return machineEffectOf(change);
  return table.find(([field]) => isWithin(change.path, field))?.[1] ?? 'replace';
}

/**
 * Tells whether a change undoes another that has not reached the guest yet. A lost disk does not count, since
 * nobody changed it.
 */
const isUndone = ({ path, from, to }: FieldChange, { booted }: RunningGuest): boolean =>
  path.startsWith('/spec/') &&
  !(path === '/spec/diskSize' && from === undefined) &&
  diffFields(valueAt({ spec: booted }, path), to).length === 0;

/** Tells whether a running guest can be given the memory: up to as much as it was booted with. */
const isWithinReach = ({ path, to }: FieldChange, { booted, resizesMemory }: RunningGuest): boolean =>
  resizesMemory && path === '/spec/memory' && typeof to === 'number' && to <= booted.memory;

/**
 * A lost disk is created anew at the next start, and a larger one grows then. A smaller disk requires a new
 * VM.
 */
const diskEffectOf = ({ from, to }: FieldChange): Effect =>
  from === undefined || (typeof from === 'number' && typeof to === 'number' && to > from)
    ? 'restart'
    : 'replace';

/** Each VMM has its own format for a VM's disk. */
const machineEffectOf = ({ path, from, to }: FieldChange): Effect =>
  vmmIn(path, from) === vmmIn(path, to) ? 'restart' : 'replace';

function vmmIn(path: string, value: unknown): unknown {
  const vmm = path === '/spec/machine' ? (value as { readonly vmm?: unknown } | undefined)?.vmm : value;
  return vmm ?? defaultVmm;
}
