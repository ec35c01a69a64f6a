import { hostUses } from '@ignite/api/host-uses';
import { apiVersion } from '@ignite/api/v1/group';
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
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import { WorkerReader } from '@ignite/toolkit/render/worker-reader';
import { inApplyOrder } from '@ignite/toolkit/scheme/resource';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { VmActuator, type VmEngine } from './vm-actuator.ts';
import { VolumeActuator, type VolumeEngine } from './volume-actuator.ts';

/** What makes the kinds that are more than entries in the store. */
export interface DeclaredEngines {
  readonly vms: VmEngine;
  readonly volumes: VolumeEngine;
}

export interface DeclaredHostOptions {
  readonly objects: ObjectClient;
  readonly self: ThisHost;
  /** The program that reads the manifests of a source in a thread of its own. */
  readonly sourceWorker: string;
  /** Labels of this host, for node selectors. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What manifests are applied to on this host. */
export function declaredHost(
  engines: DeclaredEngines,
  { objects, self, sourceWorker, labels = {} }: DeclaredHostOptions,
): SyncDeps {
  const kinds = [...gitopsKinds, namespaceKind, configMapKind, secretKind];
  const stored = new StoreActuator(objects, {
    kinds: kinds.map(servedKindOf),
    keepingNamespace: [vmResource, volumeResource].map(({ group, plural, kind }) => ({
      group,
      version: versionOf(apiVersion),
      resource: plural,
      kind,
    })),
  });
  return {
    reader: new WorkerReader(sourceWorker),
    hostUses,
    actuator: new RouteActuator({
      VM: new VmActuator(engines.vms),
      Volume: new VolumeActuator(engines.volumes),
      GitSource: stored,
      Sync: stored,
      Namespace: stored,
      ConfigMap: stored,
      Secret: stored,
    }),
    kindOrder: inApplyOrder(resources),
    clock: systemClock,
    nodeLabels: { hostname: nodeName(self), ...labels },
  };
}

/** Pure. Returns the name that node selectors know a host by: the first label of its name. */
export const nodeName = ({ name }: ThisHost): string => name.split('.')[0]!;
