import type { ObservedVm, VmClient } from '@ignite/api/client/vm-client';
import { fullName } from '@ignite/api/v1/shown-name';
import type { Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import type { FieldChange } from '@ignite/toolkit/diff/field-change';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Actuator, Effect, Health, LiveObject, SyncEvent } from '@ignite/toolkit/apply/actuator';
import { allottedMemoryOf, isMemoryOff } from '../../vm/plan/allotted-memory.ts';
import { type Wish, isNewWish } from '@ignite/api/v1/life-wish';
import { assertSameHost } from '../../vm/definition/bind-vm.ts';
import { quieter } from './quieter.ts';
import { runningGuest, vmEffectOf } from './vm-effect.ts';

/** A VM among the objects that manifests are planned against. */
interface LiveVm extends LiveObject, Pick<ObservedVm, 'resizesMemory'> {}

/** What is done with VMs to make them match. */
type ActedVms = Pick<
  VmClient,
  'observe' | 'create' | 'start' | 'stop' | 'pause' | 'reconcile' | 'redefine' | 'remove'
>;

/** Makes the VMs of a host match the declared VMs. */
export class VmActuator implements Actuator {
  readonly #vms: ActedVms;

  constructor(vms: ActedVms) {
    this.#vms = vms;
  }

  async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    return (await this.#vms.observe(signal)).map(liveVm);
  }

  effectOf(_kind: string, change: FieldChange, live: LiveObject): Effect {
    const vm = { spec: specOf(live), status: statusOf(live) };
    // Live VMs are made by liveVm.
    const effect = vmEffectOf(change, runningGuest(vm, (live as LiveVm).resizesMemory));
    const isDown = vm.spec.power === 'Stopped' || vm.spec.power === 'Suspended';
    return effect === 'restart' && isDown ? 'next-start' : effect;
  }

  async create(wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    const { namespace, name, labels, annotations } = wanted.metadata;
    const spec = specOf(wanted);
    await this.#finishRemoval(wanted, op);
    try {
      const preflight = spec.power === 'Stopped' || spec.power === 'Suspended' ? {} : { preflight: {} };
      await this.#vms.create({ namespace, name, labels, annotations, spec, ...preflight }, quieter(op));
    } catch (failure) {
      // An earlier run that was cut short has created the VM, so this run continues with it. It is not that of
      // another host, though, or one whose record is damaged.
      if (!hasCode(failure, 'VM_NAME_TAKEN') || !(await this.#find(wanted, op.signal))) throw failure;
    }
    await this.#turnOn(fullName(wanted), spec.power, op);
  }

  async #find({ metadata }: Manifest, signal: AbortSignal): Promise<LiveObject | undefined> {
    const { namespace, name } = metadata;
    return (await this.observe(signal)).find(
      (live) => live.metadata.namespace === namespace && live.metadata.name === name,
    );
  }

  /** Finishes the removal of a VM that was cut short, so that its name is free for the next one. */
  async #finishRemoval(wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    const known = await this.#find(wanted, op.signal);
    if (known?.isLeaving) await this.remove(known, op);
  }

  async change(
    live: LiveObject,
    wanted: Manifest,
    changes: readonly FieldChange[],
    op: Operation<SyncEvent>,
  ): Promise<void> {
    const { uid } = live.metadata;
    const spec = specOf(wanted);
    const has = specOf(live).power;
    const restarts =
      has !== 'Stopped' && changes.some((each) => this.effectOf(live.kind, each, live) === 'restart');
    const { labels, annotations } = wanted.metadata;
    const isOther = has !== spec.power || restarts;
    const wish: Wish = { power: spec.power, anew: restarts || has === 'Stopped' };
    // One write holds all that is wanted, so whoever reconciles the VM next can finish what is cut short here.
    await this.#vms.redefine(uid, { labels, annotations, spec, ...(isOther && { wish }) }, quieter(op));
    if (isOther || live.isUnfinished) await this.#vms.reconcile(uid, quieter(op));
  }

  async #turnOn(query: string, power: VmSpec['power'], op: Operation<SyncEvent>): Promise<void> {
    if (power === 'Running' || power === 'Paused') await this.#vms.start(query, {}, quieter(op));
    if (power === 'Paused') await this.#vms.pause(query, quieter(op));
  }

  async replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    assertSameHost(specOf(wanted), specOf(live));
    await this.remove(live, op);
    await this.create(wanted, op);
  }

  async remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void> {
    if (specOf(live).power !== 'Stopped')
      await this.#vms.stop(live.metadata.uid, { force: false }, quieter(op));
    await this.#vms.remove(live.metadata.uid, { force: true }, quieter(op));
  }
}

/** the schema of the kind has validated the spec */
const specOf = (manifest: Manifest): VmSpec => manifest.spec as VmSpec;

/** the engine has created the status */
const statusOf = (live: LiveObject): VmStatus => live.status as VmStatus;

/** Returns the power state of a VM. A VM between two states does not count as drifted. */
function powerOf({ spec, status }: Vm): VmSpec['power'] {
  switch (status.phase) {
    case 'Running':
    case 'Starting':
    case 'Restarting':
      return 'Running';
    case 'Paused':
      return 'Paused';
    case 'Suspended':
      return 'Suspended';
    case 'Stopping':
    case 'Unknown':
      return spec.power;
    case 'Created':
    case 'Stopped':
    case 'Failed':
      // A VM that is down has nothing that could be saved.
      return spec.power === 'Suspended' ? 'Suspended' : 'Stopped';
  }
}

/**
 * Pure. Returns the VM as it really is: with its actual power and memory, and without a disk if that is gone.
 */
export function liveVm({ vm, hasDisk, resizesMemory }: ObservedVm): LiveVm {
  const lostDisk = !hasDisk && vm.status.phase !== 'Created';
  const { diskSize, ...spec } = vm.spec;
  const isThere = runningGuest(vm, true) !== undefined;
  return {
    apiVersion: vm.apiVersion,
    kind: vm.kind,
    metadata: vm.metadata,
    spec: {
      ...spec,
      power: powerOf(vm),
      ...(!lostDisk && { diskSize }),
      ...(isThere && isMemoryOff(vm) && { memory: allottedMemoryOf(vm) }),
    },
    assigned: ['/spec/hostName'],
    status: vm.status,
    keepsNamespace: true,
    isLeaving: vm.metadata.deletionTimestamp !== undefined,
    isUnfinished: isNewWish(vm),
    resizesMemory,
    health: healthOf(vm),
  };
}

function healthOf({ spec, status }: Vm): Health {
  const said = status.message === undefined ? {} : { message: status.message };
  switch (status.phase) {
    case 'Running':
      return { state: 'Healthy', ...said };
    case 'Starting':
    case 'Stopping':
      return { state: 'Progressing', ...said };
    case 'Paused':
    case 'Suspended':
      return { state: 'Suspended', ...said };
    case 'Restarting':
      return { state: 'Degraded', message: restartingText(status) };
    case 'Created':
    case 'Stopped':
      return spec.power === 'Stopped' || spec.power === 'Suspended'
        ? { state: 'Suspended', ...said }
        : { state: 'Degraded', message: status.message ?? 'the VM stopped by itself' };
    case 'Failed':
      return { state: 'Degraded', ...said };
    case 'Unknown':
      return { state: 'Unknown', ...said };
  }
}

function restartingText({ exitCode, message, restarts }: VmStatus): string {
  const how =
    message ?? (exitCode === undefined ? 'the VM ended' : `the VM ended with exit code ${exitCode}`);
  return `${how}; its restart policy starts it again (${restarts?.count ?? 0} times so far)`;
}
