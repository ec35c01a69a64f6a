import type { ClientOperation } from '@ignite/api/client/progress';
import type { TakeRequest } from '@ignite/api/client/pool-client';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { poolLabel, takenAsAnnotation } from '@ignite/api/v1/pool-marks';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '../../tools/host/paths.ts';
import { poolsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { assertVmName } from '../../vm/definition/create-vm.ts';
import { nameTaken } from '../../vm/errors.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { poolEmpty } from './errors.ts';
import { isLeaving, isUsable, readyMembers } from './plan-pool.ts';

/** How often a taker looks again whether a member is left that nobody else takes at the same moment. */
const mostRounds = 100;

/** What gives members of pools away. */
export interface Taking {
  readonly host: Pick<VmPorts, 'objects' | 'paths' | 'sandbox'>;
  /** Returns the VMs of this host as they really are. */
  readonly list: (signal: AbortSignal) => Promise<readonly Vm[]>;
  /** Gives a VM another name, for others and for its guest. */
  readonly rename: (uid: string, name: string, op: ClientOperation) => Promise<Vm>;
  /** Removes a VM that nobody has used. */
  readonly remove: (uid: string, op: ClientOperation) => Promise<unknown>;
  /** Returns a number from 0 to 1. Takers that begin elsewhere do not get in the way of each other. */
  readonly random: () => number;
}

/**
 * Takes a member that is ready out of its pool. A VM that was taken for the same name by a command that was killed is the first choice.
 * @throws CodedError POOL_EMPTY, VM_NAME_TAKEN, VM_INVALID
 */
export async function takeMember(
  pool: WarmPool,
  request: TakeRequest,
  taking: Taking,
  op: ClientOperation,
): Promise<Vm> {
  const { name } = request;
  if (name === undefined) return await claim(pool, request, taking, op);
  assertVmName(name);
  const { namespace } = pool.metadata;
  using _lock = await acquireLock(locksDir(taking.host.paths), `take-${namespace}-${name}`, op.signal);
  const vms = (await taking.list(op.signal)).filter((vm) => vm.metadata.namespace === namespace);
  if (vms.some(({ metadata }) => metadata.name === name)) throw nameTaken(name);
  await using undo = new Rollback((failure) =>
    op.report({ kind: 'warning', message: `a VM could not be given back: ${errorText(failure)}` }),
  );
  const left = vms.find(
    (vm) =>
      vm.metadata.annotations[takenAsAnnotation] === takenAs(pool, vm.metadata.name, name) &&
      isUsable(vm, pool),
  );
  const taken = left ?? (await claim(pool, request, taking, op));
  undo.defer(() => giveBack(taken, pool, taking, { ...op, signal: unaborted }));
  const renamed = await timed('rename', op, () => taking.rename(taken.metadata.uid, name, op));
  undo.commit();
  return await changeVm(taking.host.objects, renamed, ({ metadata }) => ({
    labels: { ...metadata.labels, ...request.labels }, // a command that was killed may have asked for others
    annotations: without(metadata.annotations, takenAsAnnotation),
  }));
}

/** Takes one of the members that are ready: the first whose object nobody else changes at the same moment. */
async function claim(pool: WarmPool, request: TakeRequest, taking: Taking, op: ClientOperation): Promise<Vm> {
  for (let round = 0; round < mostRounds; round++) {
    op.signal.throwIfAborted();
    const ready = readyMembers(pool, await taking.list(op.signal));
    if (ready.length === 0 || pool.metadata.deletionTimestamp !== undefined) break;
    const first = Math.floor(taking.random() * ready.length);
    for (const vm of [...ready.slice(first), ...ready.slice(0, first)]) {
      const { state } = await taking.host.sandbox.observe(vm.metadata.uid);
      const taken = state === 'running' ? await claimOne(vm, pool, request, taking) : undefined;
      if (taken) return taken;
    }
  }
  throw poolEmpty(pool.metadata.name);
}

/** Writes a member as a VM of the taker, if it is as it was read. */
async function claimOne(
  vm: Vm,
  pool: WarmPool,
  { name, labels = {} }: TakeRequest,
  { host }: Taking,
): Promise<Vm | undefined> {
  const { metadata } = vm;
  const taken = {
    ...metadata,
    labels: { ...without(metadata.labels, poolLabel), ...labels },
    annotations: {
      ...metadata.annotations,
      ...(name !== undefined && { [takenAsAnnotation]: takenAs(pool, metadata.name, name) }),
    },
  };
  try {
    return await vmsIn(host.objects).update({ ...vm, metadata: taken });
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'NOT_FOUND')) return undefined;
    throw failure;
  }
}

/**
 * Nobody has used the VM yet, so that it can be a member again. If its pool is deleted it goes: whoever empties the pool
 * may have looked for members before.
 */
async function giveBack(
  vm: Vm,
  pool: WarmPool,
  { host, remove }: Taking,
  op: ClientOperation,
): Promise<void> {
  await changeVm(host.objects, vm, ({ metadata }) => ({
    labels: { ...pool.spec.template.metadata?.labels, [poolLabel]: pool.metadata.name },
    annotations: without(metadata.annotations, takenAsAnnotation),
  }));
  const now = await poolsIn(host.objects).find(pool.metadata);
  if (now?.metadata.uid === pool.metadata.uid && !isLeaving(now)) return;
  await remove(vm.metadata.uid, op).catch((failure: unknown) => {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  });
}

/** A VM that its taker has renamed since is nobody else's, whatever it was taken for. */
const takenAs = ({ metadata: { uid } }: WarmPool, member: string, name: string): string =>
  `${uid} ${member} ${name}`;

/** What is undone is also undone after an abort. */
const { signal: unaborted } = new AbortController();

const without = (entries: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));
