import type { LegacyImportRequest, LegacyResult } from './import-request.ts';
import type { ClientOperation } from '@ignite/api/client/progress';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir } from '@ignite/engine/tools/host/paths';
import { clearScratch } from '@ignite/engine/tools/host/scratch';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import type { KernelDeps } from '@ignite/engine/tools/kernel/assemble-kernel';
import type { ImageDeps } from '@ignite/engine/tools/oci/import-image';
import { listImages, listKernels } from '@ignite/engine/tools/store/list-objects';
import { type OwnObjects, listOwnVms } from '@ignite/engine/tools/store/own-vms';
import { legacyInvalid } from './errors.ts';
import { importLegacyImage } from './import-image.ts';
import { importLegacyKernel, legacyKernelScratch } from './import-kernel.ts';
import { importLegacyVm } from './import-vm.ts';
import { type LegacyTree, readLegacyTree } from './legacy-tree.ts';
import { isAlive } from './liveness.ts';
import { type ImportStep, type Known, planImport } from './plan-import.ts';

export type LegacyPorts = KernelDeps &
  ImageDeps & { readonly objects: ObjectClient; readonly self: ThisHost };
type NewObject = Extract<ImportStep, { readonly action: 'import' }>;

const vmsAtOnce = 4;

/**
 * Imports the VMs, images and kernels that the original Ignite, written in Go, has left on this host. They are
 * copied, never changed where they are, and VMs are not started. Objects that were imported before are skipped,
 * and a failure does not stop the others.
 * @throws CodedError LEGACY_INVALID
 */
export async function importLegacy(
  { from, vms, dryRun }: LegacyImportRequest,
  host: LegacyPorts,
  op: ClientOperation,
): Promise<readonly LegacyResult[]> {
  using _lock = await acquireLock(locksDir(host.paths), 'import-legacy', op.signal);
  if (!dryRun) await clearScratch(host.paths, legacyKernelScratch);
  op.report({ kind: 'step', message: `Reading ${from}` });
  const tree = await readLegacyTree(from);
  assertKnown(vms, tree, from);
  const plan = planImport({
    tree,
    known: await knownObjects(host),
    alive: await aliveIn(tree),
    ...(vms.length > 0 && { only: vms }),
  });
  const ran = new Set(tree.vms.filter(({ spec }) => spec.power === 'Running').map(({ uid }) => uid));
  const work = dryRun ? async (): Promise<void> => {} : worker(plan, host, op);
  const settle = async (step: ImportStep): Promise<LegacyResult> => {
    const result = await settled(step, dryRun ? 'to import' : 'imported', work, op.signal);
    return { ...result, ran: ran.has(result.uid) };
  };
  const results: LegacyResult[] = [];
  // VMs are imported last, because they need images and kernels.
  for (const step of plan.filter(({ kind }) => kind !== 'VM')) results.push(await settle(step));
  const ofVms = plan.filter(({ kind }) => kind === 'VM');
  return [...results, ...(await mapConcurrent(ofVms, vmsAtOnce, settle))];
}

function assertKnown(vms: readonly string[], tree: LegacyTree, from: string): void {
  const names = new Set([
    ...tree.vms.flatMap(({ name, uid }) => [name, uid]),
    ...tree.broken.map(({ uid }) => uid),
  ]);
  const unknown = vms.find((name) => !names.has(name));
  if (unknown === undefined) return;
  throw legacyInvalid(
    `there is no VM "${unknown}" in ${from}`,
    `"ignite import-legacy --dry-run --from ${from}" lists what can be imported`,
  );
}

async function knownObjects(host: OwnObjects) {
  const { objects } = host;
  const known = (objects: readonly KubeObject[]): readonly Known[] =>
    objects.map((object) => ({ name: shownName(object), uid: object.metadata.uid }));
  return {
    Image: known(await listImages(objects)),
    Kernel: known(await listKernels(objects)),
    VM: known(await listOwnVms(host)),
  };
}

async function aliveIn(tree: LegacyTree): Promise<ReadonlySet<string>> {
  const found = await Promise.all(tree.vms.map(async (vm) => ((await isAlive(vm)) ? [vm.uid] : [])));
  return new Set(found.flat());
}

/**
 * Executes a step if there is something to do, and returns the outcome. Only an abort ends the whole import.
 */
async function settled(
  step: ImportStep,
  done: 'imported' | 'to import',
  work: (step: NewObject) => Promise<void>,
  signal: AbortSignal,
): Promise<Omit<LegacyResult, 'ran'>> {
  const { kind, name } = step;
  if (step.action === 'present') return { kind, name, uid: step.uid, outcome: 'present' };
  if (step.action === 'refuse') return { kind, name, uid: step.uid, outcome: 'refused', note: step.note };
  const { uid } = step.object;
  try {
    await work(step);
    return { kind, name, uid, outcome: done, ...(step.note !== undefined && { note: step.note }) };
  } catch (failure) {
    signal.throwIfAborted();
    return { kind, name, uid, outcome: 'failed', note: errorText(failure) };
  }
}

function worker(
  plan: readonly ImportStep[],
  host: LegacyPorts,
  op: ClientOperation,
): (step: NewObject) => Promise<void> {
  const vms = plan.filter(({ kind, action }) => kind === 'VM' && action === 'import');
  return async (step) => {
    switch (step.kind) {
      case 'Image':
        return await importLegacyImage(step.object, step.name, host, op);
      case 'Kernel':
        return await importLegacyKernel(step.object, step.name, host, op);
      case 'VM': {
        const image = (await listImages(host.objects)).find(({ metadata }) => metadata.uid === step.imageUid);
        if (!image) throw new Error('its image could not be imported');
        const count = `${vms.indexOf(step) + 1} of ${vms.length}`;
        op.report({ kind: 'step', message: `Importing VM ${step.name} (${count})` });
        return await importLegacyVm(step.object, { name: step.name, image }, host, op);
      }
    }
  };
}
