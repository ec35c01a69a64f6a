import type { DoctorCheck } from '@ignite/api/client/host-client';
import type { Host } from '@ignite/api/v1/host';
import { servedManagement } from '@ignite/api/v1/host-conditions';

/** Pure. Returns whether a host serves its management cluster of Cluster API, if it has ever been told to. */
export function managementCheck(host: Host | undefined): readonly DoctorCheck[] {
  const condition = host?.status.conditions.find(({ type }) => type === servedManagement);
  if (!condition) return [];
  const name = 'management cluster';
  if (condition.status === 'True') return [{ name, state: 'ok', found: 'it is served' }];
  return [
    {
      ...{ name, state: 'degraded', found: `${condition.reason}: ${condition.message}` },
      cost: 'its machines stay as they are: none is made, and none is removed',
      cure: 'ignite provider kubeconfig',
    },
  ];
}
