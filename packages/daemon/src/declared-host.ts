import { hostname } from 'node:os';
import { scheme } from '@ignite/api/scheme';
import { VmActuator, type VmEngine } from '@ignite/engine/declare/vm-actuator';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { initialSyncStatus } from '@ignite/toolkit/gitops/kinds';
import { RouteActuator } from '@ignite/toolkit/gitops/route-actuator';
import { StoreActuator } from '@ignite/toolkit/gitops/store-actuator';
import type { SyncDeps } from '@ignite/toolkit/gitops/synchronize';
import type { ObjectStore } from '@ignite/toolkit/store/store';

/** What manifests are applied to on this host. */
export function declaredHost(
  engine: VmEngine,
  store: ObjectStore,
  labels: Readonly<Record<string, string>> = {},
): SyncDeps {
  const gitSources = new StoreActuator(store, { kinds: ['GitSource'] });
  const syncs = new StoreActuator(store, { kinds: ['Sync'], initialStatus: initialSyncStatus });
  return {
    scheme,
    actuator: new RouteActuator({ VM: new VmActuator(engine), GitSource: gitSources, Sync: syncs }),
    kindOrder: ['GitSource', 'Sync', 'VM'],
    clock: systemClock,
    nodeLabels: { hostname: nodeName(), ...labels },
  };
}

export const nodeName = (): string => hostname().toLowerCase().split('.')[0]!;
