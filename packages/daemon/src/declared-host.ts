import { hostname } from 'node:os';
import { extname, join } from 'node:path';
import { hostUses } from '@ignite/api/host-uses';
import { resources } from '@ignite/api/resources';
import { VmActuator, type VmEngine } from '@ignite/engine/declare/vm-actuator';
import { VolumeActuator, type VolumeEngine } from '@ignite/engine/declare/volume-actuator';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { gitSourceKind, initialSyncStatus, syncKind } from '@ignite/toolkit/sync/kinds';
import { RouteActuator } from '@ignite/toolkit/apply/route-actuator';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import { WorkerReader } from '@ignite/toolkit/render/worker-reader';
import { inApplyOrder } from '@ignite/toolkit/scheme/resource';
import type { ObjectStore } from '@ignite/toolkit/store/store';

/** What makes the kinds that are more than entries in the store. */
export interface DeclaredEngines {
  readonly vms: VmEngine;
  readonly volumes: VolumeEngine;
}

/** The module beside this one, be it a source or bundled. */
const sourceWorker = join(import.meta.dirname, `source-worker${extname(import.meta.filename)}`);

/** What manifests are applied to on this host. */
export function declaredHost(
  engines: DeclaredEngines,
  store: ObjectStore,
  labels: Readonly<Record<string, string>> = {},
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
