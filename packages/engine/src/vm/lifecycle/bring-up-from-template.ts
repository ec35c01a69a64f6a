import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import { fromTemplateAnnotation } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { vmFiles } from '../../tools/host/paths.ts';
import { changeVm, getVm } from '../../tools/store/vm-objects.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { sourceOf } from '../steps/place-snapshot.ts';
import { removeSnapshot } from '../steps/remove-snapshot.ts';
import { unjudged } from '../unjudged.ts';
import type { VmPorts } from '../vm-ports.ts';
import { type UpGoal, bringUp } from './bring-up.ts';
import type { ReconcileRequest } from './reconcile-request.ts';

const lost = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_UNFIT'];
const unusable = [...lost, 'STATE_UNFIT', 'STATE_DAMAGED', 'IDENTITY_REFUSED', 'VMM_FAILED', 'VMM_REFUSED'];

/**
 * As `bringUp`, but a VM that cannot start from its template boots, and the template goes. Whoever made the VM has asked for a fast
 * start and not for that template, which Ignite has written into its spec and takes out of it again.
 */
export async function bringUpFromTemplate(
  vm: Vm,
  goal: UpGoal,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): ReturnType<typeof bringUp> {
  const ready = await withoutLostTemplate(vm, host);
  const outcome = await bringUp(ready, goal, request, host, op);
  const { failure } = outcome;
  const isUnusable = unusable.some((code) => hasCode(failure, code));
  if (!isUnusable || op.signal.aborted || !isOnlyTemplate(ready, host)) return outcome;
  op.report({
    kind: 'warning',
    message: `the template cannot be used, so the VM boots: ${errorText(failure)}`,
  });
  const now = await getVm(host.objects, ready.metadata);
  await removeTemplate(now, host, op.signal);
  const up = goal.kind === 'restarted' ? goal.as : goal.kind;
  const anew = { kind: 'restarted', as: up, graceMs: 0 } as const;
  return await bringUp(await withoutTemplate(now, host), anew, { ...request, cold: true }, host, op);
}

/** Returns the VM. If it was to start from a template that is not there any more, it boots from its image instead. */
async function withoutLostTemplate(vm: Vm, host: VmPorts): Promise<Vm> {
  if (vm.status.image === undefined || !isOnlyTemplate(vm, host) || existsSync(vmDisk(vm, host).path))
    return vm;
  try {
    await sourceOf(vm, host);
    return vm;
  } catch (failure) {
    if (!lost.some((code) => hasCode(failure, code))) throw failure;
    return await withoutTemplate(vm, host);
  }
}

/** Tells whether all that a VM has is that of a template, since its guest has never been itself. */
function isOnlyTemplate(vm: Vm, host: VmPorts): boolean {
  const wanted = vm.spec.source?.snapshot;
  if (wanted === undefined || vm.metadata.annotations[fromTemplateAnnotation] !== wanted) return false;
  const { identityDue } = vmFiles(host.paths, vm.metadata.uid);
  return existsSync(identityDue) || !existsSync(vmDisk(vm, host).path);
}

const withoutTemplate = async (vm: Vm, host: VmPorts): Promise<Vm> =>
  await changeVm(unjudged(host).objects, vm, ({ spec, metadata }) => {
    const { source: _source, ...rest } = spec;
    const { [fromTemplateAnnotation]: _template, ...annotations } = metadata.annotations;
    return { spec: rest, annotations };
  });

/** Somebody else may have removed it already. */
async function removeTemplate(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  try {
    await removeSnapshot(await sourceOf(vm, host), unjudged(host), signal);
  } catch (failure) {
    if (!lost.some((code) => hasCode(failure, code))) throw failure;
  }
}
