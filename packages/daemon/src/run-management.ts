import { servedManagement } from '@ignite/api/v1/host-conditions';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { kinds } from '@ignite/cluster/kinds/kinds';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import {
  type ManagementService,
  serveManagementCluster,
} from '@ignite/cluster/provider/serve-management-cluster';
import type { AllowSpec } from '@ignite/toolkit/allowance/allow-spec';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import { HostConditionWriter } from './host-condition-writer.ts';

/** What such a host has for load balancers in its own store. */
export const servedKinds: readonly ServedKind[] = kinds
  .filter(({ kind }) => kind === hostPodKind.kind)
  .map(servedKindOf);

/** A management cluster that this host serves. */
export interface ManagedBy {
  readonly access: ServerAccess;
  /** What its machines may use of this host. */
  readonly allow: AllowSpec;
}

interface ManagedHost extends Pick<ManagementService, 'self' | 'runHost' | 'clock' | 'log' | 'observer'> {
  /** The objects of this host. */
  readonly objects: ObjectClient;
}

/** Serves a management cluster until `signal` aborts, and says in the log and in the Host how that goes. */
export async function runManagement(
  { access, allow }: ManagedBy,
  { objects, ...host }: ManagedHost,
  signal: AbortSignal,
): Promise<void> {
  using management = new HttpObjectClient(access);
  const { self, clock, log } = host;
  const type = servedManagement;
  await using condition = new HostConditionWriter({ objects, clock, log, host: self.name, type });
  const onState: ManagementService['onState'] = (state) => {
    const isServed = state.status === 'True';
    log(isServed ? 'info' : 'warning', `management cluster: ${state.reason}`, {
      server: access.url,
      ...(state.message !== undefined && { error: state.message }),
    });
    condition.write(state);
  };
  await serveManagementCluster({ ...host, management, host: objects, allow, onState }, signal);
}
