import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import { labels } from '../contract/names.ts';
import type { ClusterKey } from './cluster-view.ts';

/** An object of a cluster that is planned, with the kind under which it is created. */
export interface PlannedObject {
  readonly kind: KindResource;
  readonly object: NewObject;
}

/** Pure. Returns a planned object with the label of its cluster. */
export const planned = (
  { name: cluster, namespace }: ClusterKey,
  kind: KindResource,
  name: string,
  content: object,
): PlannedObject => ({
  kind,
  object: {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace, labels: { [labels.cluster]: cluster } },
    ...content,
  },
});
