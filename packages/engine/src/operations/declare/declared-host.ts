import { hostname } from 'node:os';
import { hostUses } from '@ignite/api/host-uses';
import { resources } from '@ignite/api/resources';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { gitSourceKind, initialSyncStatus, syncKind } from '@ignite/toolkit/sync/kinds';
import { RouteActuator } from '@ignite/toolkit/apply/route-actuator';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import { WorkerReader } from '@ignite/toolkit/render/worker-reader';
import { inApplyOrder } from '@ignite/toolkit/scheme/resource';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { VmActuator, type VmEngine } from './vm-actuator.ts';
import { VolumeActuator, type VolumeEngine } from './volume-actuator.ts';

/** What makes the kinds that are more than entries in the store. */
export interface DeclaredEngines {
  readonly vms: VmEngine;
  readonly volumes: VolumeEngine;
}

export interface DeclaredHostOptions {
  readonly store: ObjectStore;
  /** The program that reads the manifests of a source in a thread of its own. */
  readonly sourceWorker: string;
  /** Labels of this host, for node selectors. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What manifests are applied to on this host. */
export function declaredHost(
  engines: DeclaredEngines,
  { store, sourceWorker, labels = {} }: DeclaredHostOptions,
): SyncDeps {
  const gitSources = new StoreActuator(store, { kinds: [gitSourceKind] });
  const syncs = new StoreActuator(store, { kinds: [syncKind], initialStatus: initialSyncStatus });
  return {
    reader: new WorkerReader(sourceWorker),
    hostUses,
    actuator: new RouteActuator({
      VM: new VmActuator(engines.vms),
      Volume: new VolumeActuator(engines.volumes),
      GitSource: gitSources,
      Sync: syncs,
    }),
    kindOrder: inApplyOrder(resources),
    clock: systemClock,
    nodeLabels: { hostname: nodeName(), ...labels },
  };
}

export const nodeName = (): string => hostname().toLowerCase().split('.')[0]!;
