import type { Host } from '@ignite/api/v1/host';
import { servedManagement } from '@ignite/api/v1/host-conditions';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { kinds } from '@ignite/cluster/kinds/kinds';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { hostKind } from '@ignite/api/v1/object-kinds';
import {
  type ManagementService,
  serveManagementCluster,
} from '@ignite/cluster/provider/serve-management-cluster';
import { withFindings } from '@ignite/cluster/contract/conditions';
import type { AllowSpec } from '@ignite/toolkit/allowance/allow-spec';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import { errorText } from '@ignite/toolkit/errors/error-text';

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
  const hosts = new KindClient<Host>(objects, hostKind);
  const onState: ManagementService['onState'] = (state) => {
    const isServed = state.status === 'True';
    log(isServed ? 'info' : 'warning', `management cluster: ${state.reason}`, {
      server: access.url,
      ...(state.message !== undefined && { error: state.message }),
    });
    hosts
      .modifyStatus(self, (now) => ({
        ...now,
        status: {
          ...now.status,
          conditions: withFindings(now.status.conditions, { [servedManagement]: state }, now, clock.now()),
        },
      }))
      .catch((failure: unknown) =>
        log('warning', 'the state of the host was not written', { error: errorText(failure) }),
      );
  };
  await serveManagementCluster({ ...host, management, host: objects, allow, onState }, signal);
}
