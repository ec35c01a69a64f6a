import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { Vm } from '@ignite/api/v1/vm';
import type { AllowSpec } from '@ignite/toolkit/allowance/allow-spec';
import { whyNotAllowed } from '@ignite/toolkit/allowance/allowance';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ReconcileResult } from '@ignite/toolkit/controller/controller';
import { realPathOf } from '@ignite/toolkit/files/real-path';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';
import { clusterSecretType, labels } from '../contract/names.ts';
import { controllerOf, controllerReference, isControlledBy, withController } from '../contract/owner.ts';
import type { Placement } from '../infrastructure/placement.ts';
import { providerIdOf } from '../infrastructure/vm-of-machine.ts';
import { type FailureDomain, isUsable } from '../kinds/cluster.ts';
import { hostUses } from '../kinds/host-uses.ts';
import {
  type IgniteCluster,
  type IgniteMachine,
  igniteMachineSpecSchema,
} from '../kinds/ignite-infrastructure.ts';
import { igniteClusterKind, igniteMachineKind, machineKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';
import { secrets } from '../workload/node.ts';
import { chooseHost } from './choose-host.ts';
import type { LiveHosts } from './live-hosts.ts';

/** The time after which it is looked again whose a machine is that no host has taken. */
const untakenMs = 2_000;
/** The time after which it is looked again which hosts are alive. */
const hostsMs = 15_000;

export interface HostPlacementOptions {
  /** The name of this host, which is also that of its failure domain. */
  readonly self: string;
  readonly management: ObjectClient;
  /** The objects of this host. */
  readonly host: ObjectClient;
  /** All hosts that serve the management cluster. */
  readonly hosts: LiveHosts;
  /** What the machines may use of this host. */
  readonly allow: AllowSpec;
}

/** The machines of a management cluster are elsewhere, and each host makes VMs in its own store for those that it takes. */
export class HostPlacement implements Placement {
  readonly #options: HostPlacementOptions;

  constructor(options: HostPlacementOptions) {
    this.#options = options;
  }

  async whenMachineIsOthers(
    object: IgniteMachine,
    { objects }: BasicWork,
  ): Promise<ReconcileResult | undefined> {
    const owner = controllerOf(object);
    const { namespace } = object.metadata;
    const machine =
      owner?.kind === machineKind.kind
        ? await objects.get(machineKind, { namespace, name: owner.name })
        : undefined;
    const chosen = chooseHost(object, machine, this.#alive(), await objects.all(igniteMachineKind));
    if (chosen === this.#options.self) return undefined;
    return object.spec.hostName === undefined ? { requeueAfterMs: untakenMs } : {};
  }

  /** A load balancer is cared for by the host that has it, and anything else by the first host that is alive. */
  async whenClusterIsOthers({ spec: { loadBalancer } }: IgniteCluster): Promise<ReconcileResult | undefined> {
    const chosen = loadBalancer?.hostName ?? [...this.#alive()].toSorted()[0];
    return chosen === this.#options.self ? undefined : { requeueAfterMs: hostsMs };
  }

  async takeMachine(object: IgniteMachine, { objects }: BasicWork): Promise<IgniteMachine> {
    const { self: hostName } = this.#options;
    if (object.spec.hostName === hostName) return object;
    return await objects.write(igniteMachineKind, object, { ...object, spec: { ...object.spec, hostName } });
  }

  async takeBalancer(object: IgniteCluster, { objects }: BasicWork): Promise<IgniteCluster> {
    const { self: hostName } = this.#options;
    const { loadBalancer } = object.spec;
    if (!loadBalancer || loadBalancer.hostName === hostName) return object;
    return await objects.write(igniteClusterKind, object, {
      ...object,
      spec: { ...object.spec, loadBalancer: { ...loadBalancer, hostName } },
    });
  }

  /** Whoever may write machines in the management cluster has no rights on this host but those that it allows. */
  async refusal(object: IgniteMachine): Promise<string | undefined> {
    const { success, output, issues } = v.safeParse(igniteMachineSpecSchema, object.spec);
    if (!success) return `spec.${v.getDotPath(issues[0]) ?? ''}: ${issueText(issues[0])}`;
    for (const use of hostUses['IgniteMachine']!({ ...object, spec: output })) {
      const realPath = use.kind === 'path' ? await realPathOf(use.path) : undefined;
      const reason = whyNotAllowed(use, this.#options.allow, {
        policyOf: (list) => `management.allow.${list} of the host`,
        realPathOf: () => realPath,
        isOwn: () => false,
        isBrought: () => true,
      });
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** A machine that was moved to another management cluster is another object there, with the ID of its VM. */
  isVmOf(vm: Vm, object: IgniteMachine): boolean {
    return (
      isControlledBy(vm, object) ||
      (controllerOf(vm)?.kind === igniteMachineKind.kind && object.spec.providerID === providerIdOf(vm))
    );
  }

  /** A cluster that was moved here has the endpoint that it had. */
  isPodOf(pod: HostPod, object: IgniteCluster): boolean {
    return (
      isControlledBy(pod, object) ||
      (isOfNamesake(pod, igniteClusterKind, object) && isUsable(object.spec.controlPlaneEndpoint))
    );
  }

  async bringData(object: IgniteMachine, dataSecretName: string): Promise<string | undefined> {
    const { management, host } = this.#options;
    const { namespace } = object.metadata;
    const { data } = await objectsOf(management, secrets).get({ namespace, name: dataSecretName });
    const name = dataNameOf(object);
    const content = { type: clusterSecretType, data };
    const known = await objectsOf(host, secrets).find({ namespace, name });
    if (known && !isDataOf(known, object)) return undefined;
    const owner = controllerReference(igniteMachineKind, object);
    if (known) await objectsOf(host, secrets).update({ ...withController(known, owner), ...content });
    else
      await objectsOf(host, secrets).create({
        metadata: {
          ...{ namespace, name },
          labels: { [labels.cluster]: object.metadata.labels[labels.cluster] ?? '' },
          ownerReferences: [owner],
        },
        ...content,
      });
    return name;
  }

  async dropData(object: IgniteMachine): Promise<void> {
    const { host } = this.#options;
    const { namespace } = object.metadata;
    const known = await objectsOf(host, secrets).find({ namespace, name: dataNameOf(object) });
    if (known && isDataOf(known, object)) await deleteSeen(host, secrets, known);
  }

  async failureDomains(): Promise<readonly FailureDomain[]> {
    return [...this.#alive()].toSorted().map((name) => ({ name, controlPlane: true }));
  }

  #alive(): ReadonlySet<string> {
    const { hosts, self } = this.#options;
    return new Set([self, ...hosts.names()]);
  }
}

/** The Secret of a machine on its host. */
const dataNameOf = ({ metadata: { name } }: IgniteMachine): string => `${name}-bootstrap`;

/** Tells whether a Secret is of a machine, or of one of its name that is gone: the machine itself before it was moved, or another one. */
const isDataOf = (secret: KubeObject, object: IgniteMachine): boolean =>
  isControlledBy(secret, object) || isOfNamesake(secret, igniteMachineKind, object);

/** Tells whether what controls an object has the kind and the name of an owner, although it may have another uid. */
function isOfNamesake(object: KubeObject, { kind }: KindResource, { metadata }: KubeObject): boolean {
  const controller = controllerOf(object);
  return controller?.kind === kind && controller.name === metadata.name;
}
