import type { ClientOperation } from '@ignite/api/client/progress';
import type { WishedDefinition } from '@ignite/api/client/vm-client';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import { diffFields, dottedPath } from '@ignite/toolkit/diff/field-change';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { kernelFor } from '../../tools/kernel/kernel-objects.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { changeVm, changeVmStatus } from '../../tools/store/vm-objects.ts';
import { keptBinding } from '../../vm/definition/bind-vm.ts';
import { withContent } from '../../vm/content-lock.ts';
import { archOf } from '../../vm/arch-of.ts';
import { assertMachine } from '../../vm/launch/vm-machine.ts';
import { withWish } from '@ignite/api/v1/life-wish';
import { admissionOf, assertNetworkFits } from '../../vm/steps/attach-network.ts';
import { isSaved } from '../../vm/observe/liveness.ts';
import { resizeMemory } from '../../vm/steps/guest-memory.ts';
import { recordWrite } from '../../vm/steps/vm-events.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { type RunningGuest, vmEffectOf } from './vm-effect.ts';

/**
 * Writes the definition of a VM. Of a running VM, only ports, policy and memory change at once; the other
 * changes are recorded as pending until its next start. The caller holds the VM's lock and has validated the
 * definition.
 */
export async function redefineVm(
  found: Vm,
  { labels, annotations, spec: defined, wish }: WishedDefinition,
  host: EnginePorts,
  op: ClientOperation,
): Promise<Vm> {
  const { uid } = found.metadata;
  const spec = keptBinding(defined, found.spec, host.self);
  const { namespace } = found.metadata;
  await assertNetworkFits(
    { uid, namespace, network: spec.network, annotations },
    await listOwnVms(host),
    host.network,
  );
  const arch = archOf(found);
  assertMachine(spec, arch, vmmOf({ spec }, host));
  const isUp = (await host.sandbox.observe(uid)).state === 'running';
  const hasGuest = isUp || isSaved(found, host.paths);
  // What runs has a kernel, unless an earlier redefinition was killed.
  const lacksKernel = isUp && found.status.kernel === undefined;
  const kernel =
    lacksKernel || spec.kernel.oci !== found.spec.kernel.oci
      ? await kernelFor(spec.kernel.oci, { arch }, host, op)
      : undefined;
  const wished = (now: Vm) => ({
    ...wishedDefinition(now, { labels, annotations, spec, ...(wish && { wish }) }, host.clock.now()),
    labels,
  });
  const allowed = await changeVm(host.objects, found, wished, { dryRun: true }); // others may refuse or change it
  const { network } = allowed.spec;
  await host.network.changePorts(uid, network.ports, op.signal);
  await host.network.admit(uid, admissionOf(allowed.metadata.labels, network), op.signal);
  const changes = [
    ...diffFields(found.metadata.labels, allowed.metadata.labels, '/metadata/labels'),
    ...diffFields(found.spec, { ...allowed.spec, power: found.spec.power }, '/spec'),
  ];
  const restarts = wish?.anew === true && wish.power !== 'Stopped';
  const vmm = vmmOf(found, host);
  const isNewKernel = kernel !== undefined;
  const redefined = await withContent(isNewKernel ? { kernel } : {}, host, op.signal, async () => {
    const before = await changeVmStatus(host.objects, found, (now) => ({
      ...statusBefore(now, isNewKernel),
      ...(hasGuest && bootedOf(waitingStatus(now, allowed.spec, vmm))),
    }));
    const wanted = await changeVm(host.objects, before, wished);
    return await changeVmStatus(host.objects, wanted, (now) => ({
      ...(hasGuest ? waitingStatus(now, allowed.spec, vmm) : now.status),
      ...(isUp && restarts && now.status.phase === 'Running' && { phase: 'Stopping' }),
      ...(isNewKernel && { kernel: { id: kernel.status.id, version: kernel.status.version } }),
    }));
  });
  const paths = changes.map(({ path }) => dottedPath(path));
  if (paths.length > 0) await recordWrite(redefined, { reason: 'Updated', message: paths.join(', ') }, host);
  return isUp && !wish ? await resizeMemory(redefined, host, op.signal) : redefined;
}

/**
 * Pure. Returns the status of a VM that is about to be redefined. Should this process be killed in between, the next start
 * takes the kernel that the spec names by then, and what the VM has booted is still known.
 */
function statusBefore({ status }: Vm, isNewKernel: boolean): VmStatus {
  if (!isNewKernel) return status;
  const { kernel: _old, ...rest } = status;
  return rest;
}

const bootedOf = ({ booted }: VmStatus): Pick<VmStatus, 'booted'> => (booted ? { booted } : {});

/** Pure. Returns the new spec and annotations of a VM. What was wanted of its life before stays wanted. */
function wishedDefinition(
  now: Vm,
  { annotations, spec, wish = { power: now.spec.power } }: WishedDefinition,
  nowMs: number,
): Pick<Vm, 'spec'> & Pick<Vm['metadata'], 'annotations'> {
  const restartedAt = now.metadata.annotations[restartedAtAnnotation];
  const kept = { ...(restartedAt !== undefined && { [restartedAtAnnotation]: restartedAt }), ...annotations };
  const defined = { ...now, spec, metadata: { ...now.metadata, annotations: kept } };
  const wanted = withWish(defined, wish, nowMs);
  return { spec: wanted.spec, annotations: wanted.metadata.annotations };
}

/**
 * Pure. Returns the status of a running VM after its spec has become `spec`, with the changes that are
 * pending until its next start.
 */
export function waitingStatus(
  { spec: before, status: { pending: _pending, ...status } }: Pick<Vm, 'spec' | 'status'>,
  spec: VmSpec,
  { capabilities }: Pick<Vmm, 'capabilities'>,
): VmStatus {
  const booted = status.booted ?? before;
  const guest: RunningGuest = { booted, resizesMemory: capabilities.balloon };
  const changes = diffFields(booted, { ...spec, power: booted.power }, '/spec');
  const pending = changes
    .filter((change) => vmEffectOf(change, guest) === 'restart')
    .map(({ path }) => dottedPath(path));
  return {
    ...status,
    ...(changes.some((change) => vmEffectOf(change) !== 'live') && { booted }),
    ...(pending.length > 0 && { pending }),
  };
}
