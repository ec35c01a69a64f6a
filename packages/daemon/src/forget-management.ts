import type { Host } from '@ignite/api/v1/host';
import { servedManagement } from '@ignite/api/v1/host-conditions';
import { hostKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';

/** Takes back what the Host says of a management cluster, which it does not serve any more. */
export async function forgetManagement(
  objects: ObjectClient,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const hosts = new KindClient<Host>(objects, hostKind);
  const known = await hosts.find({ name }, { signal });
  if (!known?.status.conditions.some(({ type }) => type === servedManagement)) return;
  await hosts.modifyStatus(
    { name },
    (now) => ({
      ...now,
      status: {
        ...now.status,
        conditions: now.status.conditions.filter(({ type }) => type !== servedManagement),
      },
    }),
    { signal },
  );
}
