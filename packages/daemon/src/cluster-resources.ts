import { hostUses } from '@ignite/cluster/kinds/host-uses';
import { kinds } from '@ignite/cluster/kinds/kinds';
import { scalingAt } from '@ignite/apiserver/resource/scale';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { servedResourceOf } from '@ignite/apiserver/resource/served-resource-of';
import type { Kind } from '@ignite/toolkit/scheme/kind';

const scaling = scalingAt({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
});

const servedResource = (kind: Kind): ServedResource => ({
  ...servedResourceOf(kind),
  ...(kind.subresources?.includes('scale') && { scale: scaling }),
  ...(hostUses[kind.kind] && { hostUses: hostUses[kind.kind] }),
});

/** Cluster API's kinds, as the API serves them. */
export const servedClusterResources: readonly ServedResource[] = kinds.map(servedResource);
