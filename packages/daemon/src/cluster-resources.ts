import { hostUses } from '@ignite/cluster/kinds/host-uses';
import { kindsWithV1beta1 } from '@ignite/cluster/v1beta1/versions';
import { scalingAt } from '@ignite/apiserver/resource/scale';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { resourceVersionsOf } from '@ignite/apiserver/resource/resource-versions-of';
import type { Kind } from '@ignite/toolkit/scheme/kind';

const scaling = scalingAt({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
});

const servedResources = (kind: Kind): readonly ServedResource[] =>
  resourceVersionsOf(kind).map((resource) => ({
    ...resource,
    ...(kind.subresources?.includes('scale') && { scale: scaling }),
    ...(hostUses[kind.kind] && { hostUses: hostUses[kind.kind] }),
  }));

/** Cluster API's kinds in all their versions, as the API serves them. */
export const servedClusterResources: readonly ServedResource[] = kindsWithV1beta1.flatMap(servedResources);
