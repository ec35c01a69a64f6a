import type { Client } from '@ignite/api/client/client';
import type { ApplyClient } from '@ignite/api/client/sync-client';
import { hostUses } from '@ignite/api/host-uses';
import { apiVersion } from '@ignite/api/v1/group';
import { warmPoolKind } from '@ignite/api/v1/object-kinds';
import { resources } from '@ignite/api/resources';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { versionOf } from '@ignite/toolkit/object/group-kind';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { configMapKind } from '@ignite/toolkit/core/config-map';
import { namespaceKind } from '@ignite/toolkit/core/namespace';
import { secretKind } from '@ignite/toolkit/core/secret';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { RouteActuator } from '@ignite/toolkit/apply/route-actuator';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import { clusterTargets } from '@ignite/toolkit/sync-service/cluster-targets';
import type { AppliedKinds } from '@ignite/toolkit/sync/applied-kinds';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import { WorkerReader } from '@ignite/toolkit/render/worker-reader';
import { inApplyOrder } from '@ignite/toolkit/scheme/resource';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { VmActuator } from './vm-actuator.ts';
import { VolumeActuator } from './volume-actuator.ts';

/** The clients of the kinds that are more than entries in the store. */
export type DeclaredEngines = Pick<Client, 'vms' | 'volumes'>;

export interface DeclaredHostOptions {
  readonly objects: ObjectClient;
  readonly self: ThisHost;
  /** The program that reads the manifests of a source in a thread of its own. */
  readonly sourceWorker: string;
  /** Labels of this host, for node selectors. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What manifests may declare beside the kinds of the host. */
  readonly further?: AppliedKinds;
}

/** What manifests are applied to on this host. */
export const declaredHost = (
  engines: DeclaredEngines,
  { objects, self, sourceWorker, labels = {}, further }: DeclaredHostOptions,
): SyncDeps => ({
  ...applyDeps({ ...engines, objects }, further),
  reader: new WorkerReader(sourceWorker),
  hostUses: { ...hostUses, ...further?.hostUses },
  openTarget: clusterTargets(objects, systemClock),
  nodeLabels: { hostname: nodeName(self), ...labels },
});

/** What manifests are applied to through a client. */
export function applyDeps(
  { vms, volumes, objects }: Pick<Client, 'vms' | 'volumes' | 'objects'>,
  further?: AppliedKinds,
): ApplyClient['deps'] {
  const kinds = [...gitopsKinds, namespaceKind, configMapKind, secretKind];
  const stored = new StoreActuator(objects, {
    kinds: [...kinds.map(servedKindOf), warmPoolKind],
    keepingNamespace: [
      ...[vmResource, volumeResource].map(({ group, plural, kind }) => ({
        group,
        version: versionOf(apiVersion),
        resource: plural,
        kind,
      })),
      ...(further?.keepingNamespace ?? []),
    ],
  });
  return {
    actuator: new RouteActuator({
      VM: new VmActuator(vms),
      Volume: new VolumeActuator(volumes),
      GitSource: stored,
      Sync: stored,
      Namespace: stored,
      ConfigMap: stored,
      Secret: stored,
      WarmPool: stored,
      ...Object.fromEntries(further?.kindOrder.map((kind) => [kind, further.actuator]) ?? []),
    }),
    kindOrder: [...inApplyOrder(resources), ...(further?.kindOrder ?? [])],
    clock: systemClock,
  };
}

/** Pure. Returns the name that node selectors know a host by: the first label of its name. */
export const nodeName = ({ name }: ThisHost): string => name.split('.')[0]!;
