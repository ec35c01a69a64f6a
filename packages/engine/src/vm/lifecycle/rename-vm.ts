import type { ClientOperation } from '@ignite/api/client/progress';
import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { ownerOf } from '@ignite/toolkit/apply/plan-apply';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { assertVmName } from '../definition/create-vm.ts';
import { declaredVm, nameTaken } from '../errors.ts';
import { recordWrite } from '../steps/vm-events.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Renames a VM. Its network is renamed first: if only that succeeds, the rename can be repeated by the old
 * name. The guest itself gets the name at its next boot.
 */
export async function renameVm(query: string, name: string, host: VmPorts, op: ClientOperation): Promise<Vm> {
  assertVmName(name);
  return await withVmLocked(query, host, op.signal, async (found) => {
    const { uid, name: before, namespace } = found.metadata;
    if (name === before) return found;
    const owner = ownerOf(found);
    if (owner !== undefined) throw declaredVm(before, owner);
    if (await vmsIn(host.objects).find({ namespace, name })) throw nameTaken(name);
    await assertNameAdmitted(found, name, host);
    // A guest that has kept the identity of another VM keeps that one's name too.
    const isNamedAfter = found.status.identity === undefined;
    if (isNamedAfter) await host.network.rename(uid, nameOnHost({ namespace, name }), op.signal);
    try {
      const renamed = await host.administration.rename(found, name);
      await recordWrite(renamed, { reason: 'Renamed', message: `renamed from "${before}"` }, host);
      return renamed;
    } catch (failure) {
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure; // someone else has taken the name
      if (isNamedAfter) await host.network.rename(uid, nameOnHost(found.metadata), op.signal);
      throw nameTaken(name);
    }
  });
}

/** A rename is no write that others have a say in, so they are asked about a new VM of that name. */
async function assertNameAdmitted(
  { metadata: { resourceVersion: _read, ...metadata }, ...vm }: Vm,
  name: string,
  { objects }: Pick<VmPorts, 'objects'>,
): Promise<void> {
  const options = { dryRun: true, isOnlyTried: true };
  await vmsIn(objects).create({ ...vm, metadata: { ...metadata, name } }, options);
}
