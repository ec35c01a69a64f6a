import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { CopyVmRequest } from '@ignite/api/client/snapshot-client';
import { specFromSnapshot } from '@ignite/api/v1/spec-from-snapshot';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { interfaceAnnotation } from '@ignite/api/v1/vm-network';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { acquireLock, isLocked } from '@ignite/toolkit/lock/process-lock';
import { newUid } from '@ignite/toolkit/object/uid';
import { locksDir } from '../../tools/host/paths.ts';
import { listSnapshots } from '../../tools/store/list-objects.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { assertVmName } from '../../vm/definition/create-vm.ts';
import { nameTaken } from '../../vm/errors.ts';
import { unjudged } from '../../vm/unjudged.ts';
import { createSnapshot } from './create-snapshot.ts';
import type { Makers } from './makers.ts';
import { removeSnapshot } from '../../vm/steps/remove-snapshot.ts';

/** Marks the snapshots that last only for as long as VMs are made of them, and names the lock that their maker holds. */
const passingLabel = 'ignite.weave.works/passing';
const startsAtOnce = 4;

/** What makes copies of VMs. */
interface Copiers extends Makers {
  /** The VMs that makers which were killed have left. Whoever comes next clears them away, and has not asked for that. */
  readonly leftovers: Pick<VmClient, 'remove'>;
}

/** Makes new VMs of a VM, which goes on, and starts them: all of them, or none. */
export async function copyVm(
  query: string,
  { names, holds, sshTimeoutMs }: CopyVmRequest,
  { host, vms, leftovers }: Copiers,
  op: ClientOperation,
): Promise<readonly Vm[]> {
  await removePassed({ host: unjudged(host), leftovers }, op);
  const token = newUid();
  using _lock = await acquireLock(locksDir(host.paths), copyLock(token), op.signal);
  await using after = new AsyncDisposableStack();
  await using undo = new Rollback((failure) =>
    op.report({ kind: 'warning', message: `a copy could not be removed: ${errorText(failure)}` }),
  );
  const { vm, snapshot } = await withVmLocked(query, host, op.signal, async (found) => {
    for (const name of names) assertVmName(name);
    const taken = (await listOwnVms(host)).find(
      ({ metadata }) => metadata.namespace === found.metadata.namespace && names.includes(metadata.name),
    );
    if (taken) throw nameTaken(taken.metadata.name);
    const labels = { [passingLabel]: token };
    return { vm: found, snapshot: await createSnapshot(found, { labels, wants: holds }, host, op) };
  });
  after.defer(() => removeSnapshot(snapshot, host, new AbortController().signal));
  const { namespace, labels, annotations } = vm.metadata;
  const inherited = {
    labels: only(labels, (key) => !key.includes('/')),
    annotations: only(annotations, (key) => key.startsWith(interfaceAnnotation)),
  };
  const spec = specFromSnapshot(snapshot);
  const made: Vm[] = [];
  for (const name of names) {
    const request = { namespace, name, ...inherited, spec };
    const copy = await vms.create({ ...request, preflight: {} }, op);
    undo.defer(async () => {
      const { signal } = new AbortController();
      await vms.remove(copy.metadata.uid, { force: true }, { ...op, signal });
    });
    made.push(copy);
  }
  const start = { ...(sshTimeoutMs !== undefined && { sshTimeoutMs }) };
  const started = await mapConcurrent(made, startsAtOnce, (copy) => vms.start(copy.metadata.uid, start, op));
  undo.commit();
  return started;
}

const copyLock = (token: string): string => `copy-${token}`;

/** Removes what makers that were killed have left: first the VMs that have no disk yet, which could never start without the snapshot. */
async function removePassed({ host, leftovers }: Omit<Copiers, 'vms'>, op: ClientOperation): Promise<void> {
  for (const snapshot of await listSnapshots(host.objects)) {
    const { name, namespace, labels } = snapshot.metadata;
    const token = labels[passingLabel];
    if (token === undefined || isLocked(locksDir(host.paths), copyLock(token))) continue;
    for (const vm of await listOwnVms(host)) {
      const isOfIt = vm.metadata.namespace === namespace && vm.spec.source?.snapshot === name;
      if (isOfIt && !existsSync(vmDisk(vm, host).path))
        await leftovers.remove(vm.metadata.uid, { force: true }, op);
    }
    await removeSnapshot(snapshot, host, op.signal);
  }
}

/** What belongs to one VM only, such as the mark of the Sync that keeps it, is not passed on to others. */
const only = (
  entries: Readonly<Record<string, string>>,
  isPassedOn: (key: string) => boolean,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => isPassedOn(key)));
