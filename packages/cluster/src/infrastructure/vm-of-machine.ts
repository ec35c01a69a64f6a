import { vmResource } from '@ignite/api/v1/resources/vm';
import { type Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { isIP } from 'node:net';
import type { NewOfKind } from '@ignite/toolkit/client/kind-client';
import { type Finding, finding } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { Machine, MachineAddress } from '../kinds/machine.ts';
import { igniteMachineKind } from '../kinds/object-kinds.ts';

/** Pure. Returns the VM of a machine, which boots with the data in the Secret of a bootstrap provider. */
export function vmOfMachine(
  infrastructure: IgniteMachine,
  machine: Machine,
  dataSecretName: string,
): NewOfKind {
  const { name, namespace, labels: own } = infrastructure.metadata;
  const hostName = infrastructure.spec.hostName ?? machine.spec.failureDomain;
  return {
    metadata: {
      name,
      namespace,
      labels: {
        [labels.cluster]: machine.spec.clusterName,
        ...(own[labels.controlPlane] !== undefined && { [labels.controlPlane]: '' }),
      },
      ownerReferences: [controllerReference(igniteMachineKind, infrastructure)],
    },
    spec: {
      ...infrastructure.spec.vm,
      ...(hostName !== undefined && { hostName }),
      // Bootstrap providers write the data under this key (Cluster API's contract for them).
      cloudInit: { userDataSecretRef: { name: dataSecretName, key: 'value' } },
      restartPolicy: 'always',
    },
  };
}

/**
 * Pure. Returns the ID of a VM as a machine of a cluster. The guest knows it from its meta-data, so that its kubelet can
 * be told `ignite://{{ ds.meta_data.instance_id }}`. A guest that has kept the identity of another VM is known by that.
 */
export const providerIdOf = ({ metadata, status }: Vm): string =>
  `ignite://${status.identity?.vmUid ?? metadata.uid}`;

/**
 * Pure. Tells whether the VM of a machine is there and has not failed to become a node. One that has been there stays
 * provisioned.
 */
export function readiness(vm: Vm): Finding {
  const { phase, message } = vm.status;
  const bootstrapped = bootstrappedOf(vm);
  if (hasVmm(vm) && bootstrapped?.status === 'False') return { ...bootstrapped, reason: 'BootstrapFailed' };
  const why = message === undefined ? '' : `: ${message}`;
  return finding(
    hasVmm(vm),
    ['Running', 'NotRunning'],
    `${vmResource.noun} ${vm.metadata.name} is ${phase}${why}`,
  );
}

/**
 * Pure. Returns what the guest of a machine has told of its bootstrap data. A guest whose image has cloud-init tells
 * nothing.
 */
export function bootstrappedOf({ status }: Vm): Finding | undefined {
  const told = status.conditions?.find(({ type }) => type === 'Bootstrapped');
  return told && { status: told.status, reason: told.reason, message: told.message };
}

/** Pure. Returns the addresses of a VM as those of a machine. Behind a router, its host reaches it at others than its neighbours. */
export function addressesOfMachine({
  metadata,
  status: { network, identity },
}: Vm): readonly MachineAddress[] {
  const reached = network?.ipAddresses ?? [];
  const inside = network?.interfaces?.flatMap(({ ipAddresses }) => ipAddresses) ?? reached;
  const ofType = (type: MachineAddress['type'], addresses: readonly string[]): readonly MachineAddress[] =>
    addresses.filter((address) => isIP(address) !== 0).map((address) => ({ type, address }));
  return [
    { type: 'Hostname', address: identity?.hostname ?? metadata.name },
    ...ofType('InternalIP', inside),
    ...ofType(
      'ExternalIP',
      reached.filter((address) => !inside.includes(address)),
    ),
  ];
}
