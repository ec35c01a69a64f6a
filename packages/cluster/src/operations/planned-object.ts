import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
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

/** What tells a template that `ignite cluster` has made, and removes when nothing uses it any more. */
const ownTemplate = 'ignite.weave.works/cluster-template';

/** Pure. Returns a planned template, with the label of its cluster. */
export function plannedTemplate(
  key: ClusterKey,
  kind: KindResource,
  name: string,
  spec: object,
): PlannedObject {
  const { object } = planned(key, kind, name, { spec });
  return {
    kind,
    object: { ...object, metadata: { ...object.metadata, annotations: { [ownTemplate]: '' } } },
  };
}

export const isOwnTemplate = ({ annotations }: KubeObject['metadata']): boolean =>
  Object.hasOwn(annotations, ownTemplate);
