import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { type Finding, withFindings } from '../contract/conditions.ts';
import { finalizers, labels } from '../contract/names.ts';
import { controllerOf, controllerReference, withController } from '../contract/owner.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { Machine } from '../kinds/machine.ts';
import { igniteMachineKind, machineKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller, Reconciled } from '../runtime/controller.ts';
import { giveBackAddresses, withClaimedAddresses } from './claimed-addresses.ts';
import type { Placement } from './placement.ts';
import { addressesOfMachine, bootstrappedOf, providerIdOf, readiness, vmOfMachine } from './vm-of-machine.ts';

const waitMs = 30_000;
const deletionMs = 2_000;

/** Makes a VM for each machine of a cluster, once that is known which it is to boot with. */
export const igniteMachineController = (placement: Placement): Controller<IgniteMachine, BasicWork> => ({
  name: 'ignite-machine',
  kind: igniteMachineKind,
  finalizer: finalizers.igniteMachine,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  whenOthers: async ({ object }, work) => await placement.whenMachineIsOthers?.(object, work),
  reconcile: async ({ object, cluster }, work) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, placement, work);
    const machine = await machineOf(object, work);
    if (!machine || !cluster) return { object, requeueAfterMs: waitMs };
    if (!cluster.status?.initialization?.infrastructureProvisioned)
      return waiting(object, { reason: 'WaitingForClusterInfrastructureReady' }, work);
    return await bringUp(object, machine, placement, work);
  },
});

async function machineOf(object: IgniteMachine, { objects }: BasicWork): Promise<Machine | undefined> {
  const owner = controllerOf(object);
  if (owner?.kind !== machineKind.kind) return undefined;
  return await objects.get(machineKind, { namespace: object.metadata.namespace, name: owner.name });
}

async function bringUp(
  asked: IgniteMachine,
  machine: Machine,
  placement: Placement,
  work: BasicWork,
): Promise<Reconciled<IgniteMachine>> {
  const { objects, clock } = work;
  const { namespace, name } = asked.metadata;
  const { dataSecretName } = machine.spec.bootstrap;
  const wasProvisioned = asked.status?.initialization?.provisioned === true;
  const known = await objects.get(vmKind, { namespace, name });
  if (known && !placement.isVmOf(known, asked)) return waiting(asked, { reason: 'NameTaken' }, work);
  // A VM that is gone is not made again: its Machine is replaced.
  if (!known && wasProvisioned) return waiting(asked, { reason: 'VMDeleted' }, work);
  if (!known && dataSecretName === undefined)
    return waiting(asked, { reason: 'WaitingForBootstrapData' }, work);
  const refusal = known ? undefined : await placement.refusal(asked);
  if (refusal !== undefined) return notAllowed(asked, refusal, work);
  const infrastructure = await placement.takeMachine(asked, work);
  // What is answered to a write may be something else than what was judged.
  const later = known ? undefined : await placement.refusal(infrastructure);
  if (later !== undefined) return notAllowed(infrastructure, later, work);
  const addressed = known
    ? infrastructure
    : await withClaimedAddresses(infrastructure, machine.spec.clusterName, work);
  if (typeof addressed === 'string')
    return waiting(infrastructure, { reason: 'WaitingForIPAddress', message: addressed }, work);
  const vm = known
    ? await owned(known, infrastructure, work)
    : await create(addressed, machine, placement, work);
  if (!vm) return waiting(infrastructure, { reason: 'NameTaken' }, work);
  const isThere = hasVmm(vm);
  const providerID = providerIdOf(vm);
  const written =
    !isThere || infrastructure.spec.providerID === providerID
      ? infrastructure
      : await objects.write(igniteMachineKind, infrastructure, {
          ...infrastructure,
          spec: { ...infrastructure.spec, providerID },
        });
  const Bootstrapped = bootstrappedOf(vm);
  const conditions = withFindings(
    infrastructure.status?.conditions,
    { ...(Bootstrapped && { Bootstrapped }), Ready: readiness(vm) },
    infrastructure,
    clock.now(),
  );
  return {
    object: {
      ...written,
      status: {
        ...written.status,
        ...((isThere || wasProvisioned) && { initialization: { provisioned: true } }),
        addresses: addressesOfMachine(vm),
        ...(vm.spec.hostName !== undefined && { failureDomain: vm.spec.hostName }),
        conditions,
      },
    },
  };
}

/** Gives a VM to its machine, which may have come from another management cluster. */
async function owned(vm: Vm, infrastructure: IgniteMachine, { objects }: BasicWork): Promise<Vm> {
  return await objects.write(
    vmKind,
    vm,
    withController(vm, controllerReference(igniteMachineKind, infrastructure)),
  );
}

/** Resolves with `undefined` if somebody else has what is needed for the VM. */
async function create(
  infrastructure: IgniteMachine,
  machine: Machine,
  placement: Placement,
  { objects }: BasicWork,
): Promise<Vm | undefined> {
  const dataSecretName = await placement.bringData(infrastructure, machine.spec.bootstrap.dataSecretName!);
  if (dataSecretName === undefined) return undefined;
  return await objects.create(vmKind, vmOfMachine(infrastructure, machine, dataSecretName));
}

async function takeDown(
  infrastructure: IgniteMachine,
  placement: Placement,
  work: BasicWork,
): Promise<Reconciled<IgniteMachine>> {
  const { objects } = work;
  const { namespace, name } = infrastructure.metadata;
  const vm = await objects.get(vmKind, { namespace, name });
  // What was brought under this name may be for the VM of somebody else.
  const isOthers = vm !== undefined && !placement.isVmOf(vm, infrastructure);
  if (vm && !isOthers) {
    await objects.delete(vmKind, vm);
    if (await objects.get(vmKind, { namespace, name }))
      return { object: infrastructure, requeueAfterMs: deletionMs };
  }
  if (!isOthers) await placement.dropData(infrastructure);
  await giveBackAddresses(infrastructure, work);
  return { object: infrastructure, isCleared: true };
}

const notAllowed = (
  infrastructure: IgniteMachine,
  message: string,
  work: BasicWork,
): Reconciled<IgniteMachine> => waiting(infrastructure, { reason: 'NotAllowed', message }, work);

function waiting(
  infrastructure: IgniteMachine,
  why: Omit<Finding, 'status'>,
  { clock }: BasicWork,
): Reconciled<IgniteMachine> {
  const Ready: Finding = { status: 'False', ...why };
  const conditions = withFindings(infrastructure.status?.conditions, { Ready }, infrastructure, clock.now());
  return {
    object: { ...infrastructure, status: { ...infrastructure.status, conditions } },
    requeueAfterMs: waitMs,
  };
}
