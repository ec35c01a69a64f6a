import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import type { Warmth } from '@ignite/api/client/warmth';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { recordEvent } from '../../tools/events/record-event.ts';
import { hostArch } from '../../tools/host/arch.ts';
import { parseSource } from '../../tools/oci/source.ts';
import { coldReason, fromTemplateAnnotation } from '@ignite/api/v1/template';
import { lockVm } from '../../tools/store/vm-lock.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { findTemplate } from '../snapshots/make-template.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { assertStartable } from '../../vm/definition/assert-startable.ts';
import { boundSpec } from '../../vm/definition/bind-vm.ts';
import {
  assertFoundAnywhere,
  assertUidFree,
  assertUnused,
  storeVm,
  uidFor,
  unstoreVm,
  validateRequest,
} from '../../vm/definition/create-vm.ts';
import { withRuntime } from '../../vm/definition/vm-runtime.ts';
import { assertMachine } from '../../vm/launch/vm-machine.ts';
import { reachGoal } from '../../vm/lifecycle/reach-goal.ts';
import { assertNetworkFits } from '../../vm/steps/attach-network.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import { accelFor } from '../../tools/vmm/accel.ts';
import { assertVmm } from '../../tools/vmm/assert-vmm.ts';

/** Stores a VM, and then brings its image and kernel here. Whatever can be refused is refused before. */
export async function createVm(request: CreateVmRequest, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const { name, spec: asked } = await validateRequest(request);
  const spec = await withRuntime(boundSpec(asked, host.self), request.runtime, host, op);
  const arch = spec.arch ?? hostArch;
  const vmm = vmmOf({ spec }, host);
  assertMachine(spec, arch, vmm);
  assertFoundAnywhere(spec);
  for (const { oci } of [spec.image, spec.kernel]) if (oci !== undefined) parseSource(oci);
  const uid = uidFor(request, await listOwnVms(host));
  using _lock = await lockVm(uid, host.paths, op.signal);
  const vms = await listOwnVms(host);
  assertUnused({ namespace: request.namespace, name, uid }, vms);
  if (!host.self.isAlone) await assertUidFree(uid, host.objects);
  const { namespace, annotations = {} } = request;
  const wanted = { uid, namespace, network: spec.network, annotations };
  await assertNetworkFits(wanted, vms, host.network);
  const { preflight } = request;
  assertVmm(vmm, arch, accelFor(arch, { arch: hostArch, accel: await host.accel() }));
  if (preflight)
    await timed('check host', op, () =>
      assertStartable(
        { spec, status: { phase: 'Created', arch } },
        preflight.ignorePreflightChecks ?? [],
        host,
      ),
    );
  const power = preflight ? 'Running' : 'Stopped';
  const stored = await storeVm({ name, uid, spec: { ...spec, power } }, request, host, op.signal);
  const vm = await prepare(stored, request, host, op);
  const message = `from image ${spec.image.oci}`;
  await recordEvent(host.objects, vm, { reason: 'Created', message }, 'created');
  return vm;
}

/**
 * Returns the VM as one that starts from a template, if there is one for VMs like it. Others may refuse that it has a source, such as an
 * admission webhook. It boots then, unless a template is asked for.
 */
async function fromTemplate(vm: Vm, warm: Warmth, host: VmPorts): Promise<Vm> {
  if (vm.spec.source !== undefined || coldReason(vm) !== undefined) return vm;
  const template = await findTemplate(vm, host);
  if (!template) return vm;
  const source = { snapshot: template.metadata.name };
  try {
    return await changeVm(host.objects, vm, ({ spec, metadata: { annotations } }) => ({
      spec: { ...spec, source },
      annotations: { ...annotations, [fromTemplateAnnotation]: source.snapshot },
    }));
  } catch (failure) {
    if (warm === 'always' || !hasCode(failure, 'FORBIDDEN')) throw failure;
    return vm;
  }
}

/** Brings the image and kernel of a new VM here, and finds its template. If that fails, the VM is as if it had never been. */
async function prepare(
  vm: Vm,
  { registryConfigDir, warm = 'never' }: Pick<CreateVmRequest, 'registryConfigDir' | 'warm'>,
  host: VmPorts,
  op: ClientOperation,
): Promise<Vm> {
  const withCredentials = { ...host, ...(registryConfigDir !== undefined && { registryConfigDir }) };
  try {
    const prepared = await timed('prepare image and kernel', op, () =>
      reachGoal(vm, { kind: 'prepared' }, withCredentials, op),
    );
    return warm === 'never'
      ? prepared
      : await timed('look for a template', op, () => fromTemplate(prepared, warm, host));
  } catch (failure) {
    await unstoreVm(vm, host.objects);
    throw failure;
  }
}
