import type { ClientOperation } from '@ignite/api/client/progress';
import type { VmDefinition } from '@ignite/api/client/vm-client';
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
import { runningGuest, vmEffectOf } from './vm-effect.ts';

/** The functions of the engine that the actuator uses. */
export interface VmEngine {
  /** Tells whether the memory of a VM's guest can be reduced while it runs. */
  resizesMemory(vm: Pick<Vm, 'spec'>): boolean;
  observe(signal: AbortSignal): Promise<readonly ObservedVm[]>;
  create(
    request: {
      readonly namespace: string;
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
      readonly spec: unknown;
      readonly preflight?: object;
    },
    op: ClientOperation,
  ): Promise<Vm>;
  start(query: string, request: object, op: ClientOperation): Promise<Vm>;
  stop(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm>;
  pause(query: string, op: ClientOperation): Promise<Vm>;
  /** Makes a VM what its object says by now, and waits until it is ready. */
  reconcile(query: string, op: ClientOperation): Promise<Vm>;
  /**
   * Writes the definition of a VM. Of a running VM, only ports and memory change at once, as far as possible.
   */
  redefine(query: string, wanted: WishedDefinition, op: ClientOperation): Promise<Vm>;
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm>;
}

export interface WishedDefinition extends VmDefinition {
  /** What is wanted of the VM's life from now on, if that changes; the power in `spec` does not count. */
  readonly wish?: Wish;
}

export interface ObservedVm {
  readonly vm: Vm;
  readonly hasDisk: boolean;
}

/** Makes the engine's VMs match the declared VMs. */
export class VmActuator implements Actuator {
  readonly #engine: VmEngine;

  constructor(engine: VmEngine) {
    this.#engine = engine;
  }

  async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    return (await this.#engine.observe(signal)).map(liveVm);
  }

  effectOf(_kind: string, change: FieldChange, live: LiveObject): Effect {
    const vm = { spec: specOf(live), status: statusOf(live) };
    const effect = vmEffectOf(change, runningGuest(vm, this.#engine.resizesMemory(vm)));
    return effect === 'restart' && vm.spec.power === 'Stopped' ? 'next-start' : effect;
  }

  async create(wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    const { namespace, name, labels, annotations } = wanted.metadata;
    const spec = specOf(wanted);
    await this.#finishRemoval(wanted, op);
    try {
      const preflight = spec.power === 'Stopped' ? {} : { preflight: {} };
      await this.#engine.create({ namespace, name, labels, annotations, spec, ...preflight }, quieter(op));
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
    await this.#engine.redefine(uid, { labels, annotations, spec, ...(isOther && { wish }) }, quieter(op));
    if (isOther || live.isUnfinished) await this.#engine.reconcile(uid, quieter(op));
  }

  async #turnOn(query: string, power: VmSpec['power'], op: Operation<SyncEvent>): Promise<void> {
    if (power !== 'Stopped') await this.#engine.start(query, {}, quieter(op));
    if (power === 'Paused') await this.#engine.pause(query, quieter(op));
  }

  async replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    assertSameHost(specOf(wanted), specOf(live));
    await this.remove(live, op);
    await this.create(wanted, op);
  }

  async remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void> {
    if (specOf(live).power !== 'Stopped')
      await this.#engine.stop(live.metadata.uid, { force: false }, quieter(op));
    await this.#engine.remove(live.metadata.uid, { force: true }, quieter(op));
  }
}

/** Drops the reports of transferred bytes. */
const quieter = ({ signal, report }: Operation<SyncEvent>): ClientOperation => ({
  signal,
  report: (event) => {
    if (event.kind !== 'transfer') report(event);
  },
});

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
    case 'Stopping':
    case 'Unknown':
      return spec.power;
    case 'Created':
    case 'Stopped':
    case 'Failed':
      return 'Stopped';
  }
}

/**
 * Pure. Returns the VM as it really is: with its actual power and memory, and without a disk if that is gone.
 */
export function liveVm({ vm, hasDisk }: ObservedVm): LiveObject {
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
      return { state: 'Suspended', ...said };
    case 'Restarting':
      return { state: 'Degraded', message: restartingText(status) };
    case 'Created':
    case 'Stopped':
      return spec.power === 'Stopped'
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
