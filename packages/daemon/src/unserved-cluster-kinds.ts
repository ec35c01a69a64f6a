import { hostPodResource } from '@ignite/api/host-pod/resource';
import { contractVersion } from '@ignite/cluster/contract/groups';
import { clusterResources } from '@ignite/cluster/kinds/resources';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';

/**
 * Cluster API's kinds on a host that does not serve them. Another host of its store may, or this one may have before, so
 * that their objects are in namespaces that this host removes. Without schemas, they take no memory.
 */
export const unservedClusterKinds: readonly ServedKind[] = [...clusterResources, hostPodResource].map(
  ({ group, plural, kind, scope }) => ({
    ...{ group, version: contractVersion, resource: plural, kind },
    isNamespaced: scope === 'Namespaced',
    hasStatus: true,
  }),
);
