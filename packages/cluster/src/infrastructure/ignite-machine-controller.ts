import { vmKind } from '@ignite/api/v1/object-kinds';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { type Finding, withFindings } from '../contract/conditions.ts';
import { finalizers, labels } from '../contract/names.ts';
import { controllerOf, isControlledBy } from '../contract/owner.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { Machine } from '../kinds/machine.ts';
import { igniteMachineKind, machineKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { addressesOfMachine, bootstrappedOf, providerIdOf, readiness, vmOfMachine } from './vm-of-machine.ts';

const waitMs = 30_000;
const deletionMs = 2_000;

/** Makes a VM for each machine of a cluster, once that is known which it is to boot with. */
export const igniteMachineController: Controller<IgniteMachine> = {
  name: 'ignite-machine',
  kind: igniteMachineKind,
  finalizer: finalizers.igniteMachine,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work);
    const machine = await machineOf(object, work);
    if (!machine || !cluster) return { object, requeueAfterMs: waitMs };
    if (!cluster.status?.initialization?.infrastructureProvisioned)
      return waiting(object, 'WaitingForClusterInfrastructureReady', work);
    return await bringUp(object, machine, work);
  },
};

async function machineOf(object: IgniteMachine, { objects }: Work): Promise<Machine | undefined> {
  const owner = controllerOf(object);
  if (owner?.kind !== machineKind.kind) return undefined;
  return await objects.get(machineKind, { namespace: object.metadata.namespace, name: owner.name });
}

async function bringUp(
  infrastructure: IgniteMachine,
  machine: Machine,
  work: Work,
): Promise<Reconciled<IgniteMachine>> {
  const { objects, clock } = work;
  const { namespace, name } = infrastructure.metadata;
  const { dataSecretName } = machine.spec.bootstrap;
  const wasProvisioned = infrastructure.status?.initialization?.provisioned === true;
  const known = await objects.get(vmKind, { namespace, name });
  if (known && !isControlledBy(known, infrastructure)) return waiting(infrastructure, 'NameTaken', work);
  // A VM that is gone is not made again: its Machine is replaced.
  if (!known && wasProvisioned) return waiting(infrastructure, 'VMDeleted', work);
  if (!known && dataSecretName === undefined) return waiting(infrastructure, 'WaitingForBootstrapData', work);
  const vm = known ?? (await objects.create(vmKind, vmOfMachine(infrastructure, machine, dataSecretName!)));
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

async function takeDown(
  infrastructure: IgniteMachine,
  { objects }: Work,
): Promise<Reconciled<IgniteMachine>> {
  const { namespace, name } = infrastructure.metadata;
  const vm = await objects.get(vmKind, { namespace, name });
  if (!vm || !isControlledBy(vm, infrastructure)) return { object: infrastructure, isCleared: true };
  await objects.delete(vmKind, vm);
  const left = await objects.get(vmKind, { namespace, name });
  return left
    ? { object: infrastructure, requeueAfterMs: deletionMs }
    : { object: infrastructure, isCleared: true };
}

function waiting(infrastructure: IgniteMachine, reason: string, { clock }: Work): Reconciled<IgniteMachine> {
  const Ready: Finding = { status: 'False', reason };
  const conditions = withFindings(infrastructure.status?.conditions, { Ready }, infrastructure, clock.now());
  return {
    object: { ...infrastructure, status: { ...infrastructure.status, conditions } },
    requeueAfterMs: waitMs,
  };
}
