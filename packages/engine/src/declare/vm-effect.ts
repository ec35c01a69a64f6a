import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { defaultVmm } from '@ignite/api/v1/vm-machine';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import type { Effect } from '@ignite/toolkit/gitops/actuator';
import { type FieldChange, diffFields, isWithin, valueAt } from '@ignite/toolkit/diff/field-change';

/**
 * What changing a field of a VM does to it: the first that it is within says. A field that is not listed needs a new VM
 * in the place of the old.
 */
const table: readonly (readonly [string, Effect])[] = [
  ['/metadata', 'live'],
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

/** A guest that is up, which some changes reach. */
export interface RunningGuest {
  /** What it was started with. */
  readonly booted: VmSpec;
  /** Whether it can be told to make do with less memory than that. */
  readonly resizesMemory: boolean;
}

/** Pure. The guest of a VM whose phase is the true one; undefined where none is up. */
export function runningGuest(
  { spec, status }: Pick<Vm, 'spec' | 'status'>,
  resizesMemory: boolean,
): RunningGuest | undefined {
  return hasVmm({ status }) ? { booted: status.booted ?? spec, resizesMemory } : undefined;
}

/** Pure. What a change does to a VM, whose guest is given where it is up. */
export function vmEffectOf(change: FieldChange, guest?: RunningGuest): Effect {
  if (guest && (isUndone(change, guest) || isWithinReach(change, guest))) return 'live';
  if (change.path === '/spec/diskSize') return diskEffectOf(change);
  if (['/spec/machine', '/spec/machine/vmm'].includes(change.path)) return machineEffectOf(change);
  return table.find(([field]) => isWithin(change.path, field))?.[1] ?? 'replace';
}

/** Whether it takes back a change that had not come to the guest yet. A disk that is gone is nobody's change. */
const isUndone = ({ path, from, to }: FieldChange, { booted }: RunningGuest): boolean =>
  path.startsWith('/spec/') &&
  !(path === '/spec/diskSize' && from === undefined) &&
  diffFields(valueAt({ spec: booted }, path), to).length === 0;

/** Less memory than it was booted with, or all of that again, a guest can be given while it runs. */
const isWithinReach = ({ path, to }: FieldChange, { booted, resizesMemory }: RunningGuest): boolean =>
  resizesMemory && path === '/spec/memory' && typeof to === 'number' && to <= booted.memory;

/** A disk that is gone is made anew at the next start, and one that shall be larger grows then; a smaller one is another. */
const diskEffectOf = ({ from, to }: FieldChange): Effect =>
  from === undefined || (typeof from === 'number' && typeof to === 'number' && to > from)
    ? 'restart'
    : 'replace';

/** Each VMM keeps a VM's disk in a form of its own. */
const machineEffectOf = ({ path, from, to }: FieldChange): Effect =>
  vmmIn(path, from) === vmmIn(path, to) ? 'restart' : 'replace';

function vmmIn(path: string, value: unknown): unknown {
  const vmm = path === '/spec/machine' ? (value as { readonly vmm?: unknown } | undefined)?.vmm : value;
  return vmm ?? defaultVmm;
}
