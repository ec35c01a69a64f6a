import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { finding, withFindings } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerOf, ownerReference } from '../contract/owner.ts';
import type { IgniteMachine, IgniteMachinePool } from '../kinds/ignite-infrastructure.ts';
import type { Machine } from '../kinds/machine.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import {
  igniteMachineKind,
  igniteMachinePoolKind,
  machineKind,
  machinePoolKind,
} from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { isCurrentInPool } from '../kinds/is-current-in-pool.ts';
import { planPool } from './plan-pool.ts';

const waitMs = 30_000;
/** Names of machines are those of hosts, with what makes them differ. */
const longestPoolName = 57;

/** Keeps as many machines as a MachinePool says, each a VM. */
export const igniteMachinePoolController: Controller<IgniteMachinePool> = {
  name: 'ignite-machine-pool',
  kind: igniteMachinePoolKind,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work) => {
    const pool = await poolOf(object, work);
    const isLeaving = (object.metadata.deletionTimestamp ?? pool?.metadata.deletionTimestamp) !== undefined;
    if (!pool || !cluster || isLeaving) return { object, requeueAfterMs: waitMs };
    return await keep(object, pool, work);
  },
};

const nameOf = ({ metadata }: KubeObject): string => metadata.name;

/** Tells whether a machine is what the template of its pool says now. A host that has taken it may stand in it. */
function isMadeFrom(
  { providerID: _wanted, hostName: wantedHost, ...wanted }: IgniteMachine['spec'],
  { providerID: _own, hostName, ...spec }: IgniteMachine['spec'],
): boolean {
  return isDeepStrictEqual(spec, wanted) && (wantedHost === undefined || wantedHost === hostName);
}

async function poolOf(
  { metadata, ...object }: IgniteMachinePool,
  { objects }: Work,
): Promise<MachinePool | undefined> {
  const owner = controllerOf({ metadata, ...object });
  if (owner?.kind !== machinePoolKind.kind) return undefined;
  return await objects.get(machinePoolKind, { namespace: metadata.namespace, name: owner.name });
}

async function keep(
  infrastructure: IgniteMachinePool,
  pool: MachinePool,
  work: Work,
): Promise<Reconciled<IgniteMachinePool>> {
  const { objects, clock, suffix } = work;
  const { namespace } = infrastructure.metadata;
  const place = { ...pool, metadata: { ...pool.metadata, name: pool.spec.clusterName } };
  const isOfPool = ({ metadata }: { readonly metadata: IgniteMachine['metadata'] }): boolean =>
    metadata.labels[labels.pool] === pool.metadata.name;
  const made = (await objects.ofCluster(igniteMachineKind, place)).filter(isOfPool);
  const machines = (await objects.ofCluster(machineKind, place)).filter(isOfPool);
  const { template } = infrastructure.spec;
  const outdated = new Set(made.filter(({ spec }) => !isMadeFrom(template.spec, spec)).map(nameOf));
  const isOutdated = (machine: Machine): boolean =>
    outdated.has(nameOf(machine)) || !isCurrentInPool(machine, pool);
  const { missing, surplus } = planPool(pool.spec.replicas, made.length, machines, isOutdated);
  for (let created = 0; created < missing; created += 1)
    await objects.create(igniteMachineKind, {
      metadata: {
        ...{ namespace, name: `${pool.metadata.name.slice(0, longestPoolName)}-${suffix()}` },
        labels: {
          ...template.metadata?.labels,
          [labels.cluster]: pool.spec.clusterName,
          [labels.pool]: pool.metadata.name,
        },
        annotations: template.metadata?.annotations ?? {},
        ownerReferences: [ownerReference(igniteMachinePoolKind, infrastructure)],
      },
      spec: template.spec,
    });
  for (const machine of surplus) await objects.delete(machineKind, machine);
  const ids = made.flatMap(({ spec }) => spec.providerID ?? []).toSorted();
  const written =
    ids.join() === (infrastructure.spec.providerIDList ?? []).join()
      ? infrastructure
      : await objects.write(igniteMachinePoolKind, infrastructure, {
          ...infrastructure,
          spec: { ...infrastructure.spec, providerIDList: ids },
        });
  const isThere = ids.length >= pool.spec.replicas;
  const Ready = finding(
    isThere,
    ['Ready', 'NotReady'],
    `${ids.length} of ${pool.spec.replicas} machines are there`,
  );
  return {
    object: {
      ...written,
      status: {
        ...infrastructure.status,
        ...((isThere || infrastructure.status?.initialization?.provisioned) && {
          initialization: { provisioned: true },
        }),
        replicas: made.length,
        infrastructureMachineKind: igniteMachineKind.kind,
        conditions: withFindings(infrastructure.status?.conditions, { Ready }, written, clock.now()),
      },
    },
    requeueAfterMs: waitMs,
  };
}
