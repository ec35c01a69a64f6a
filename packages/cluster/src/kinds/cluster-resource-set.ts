import { labelSelector } from '@ignite/toolkit/access/label-selector';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const resourceSchema = v.strictObject({
  kind: v.picklist(['ConfigMap', 'Secret']),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(253)),
});
export type SetResource = v.InferOutput<typeof resourceSchema>;

export const clusterResourceSetSpecSchema = v.strictObject({
  clusterSelector: described('Selects the Clusters; without requirements, none.', labelSelector),
  resources: described(
    'ConfigMaps and Secrets with manifests. Secrets have the type addons.cluster.x-k8s.io/resource-set.',
    v.optional(v.array(resourceSchema), []),
  ),
  strategy: described(
    'Whether manifests that change are applied again.',
    v.optional(v.picklist(['ApplyOnce', 'Reconcile']), 'ApplyOnce'),
  ),
});

const bindingSchema = v.strictObject({
  clusterResourceSetName: v.string(),
  resources: v.optional(
    v.array(
      v.strictObject({
        ...resourceSchema.entries,
        hash: v.optional(v.string()),
        lastAppliedTime: v.optional(v.string()),
        applied: v.boolean(),
      }),
    ),
    [],
  ),
});
export type SetBinding = v.InferOutput<typeof bindingSchema>;
export type AppliedResource = SetBinding['resources'][number];

export const clusterResourceSetBindingSpecSchema = v.strictObject({
  clusterName: v.string(),
  bindings: v.optional(v.array(bindingSchema), []),
});

/** Manifests that are applied in every Cluster that has certain labels, such as those of a Pod network. */
export interface ClusterResourceSet extends KubeObject {
  readonly kind: 'ClusterResourceSet';
  readonly spec: v.InferOutput<typeof clusterResourceSetSpecSchema>;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** What ClusterResourceSets have applied in a Cluster, by its name. */
export interface ClusterResourceSetBinding extends KubeObject {
  readonly kind: 'ClusterResourceSetBinding';
  readonly spec: v.InferOutput<typeof clusterResourceSetBindingSpecSchema>;
}
