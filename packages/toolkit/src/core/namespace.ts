import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { clusterMetadataSchema } from './metadata.ts';
import { namespaceResource, permanentNamespaces } from './resources/namespace.ts';

/** A scope for the names of objects. */
export const namespaceKind: Kind = defineKind({
  ...namespaceResource,
  versions: [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: clusterMetadataSchema,
      spec: v.optional(
        v.strictObject({
          finalizers: described(
            'Those who must clean up before the namespace is removed.',
            v.optional(v.array(v.string())),
          ),
        }),
        {},
      ),
    },
  ],
  strategy: {
    initialStatus: { phase: 'Active' },
    statusHasMetadata: true,
    prepare: withNameAsLabel,
    permanent: permanentNamespaces,
  },
});

/** Pure. Returns a namespace that selectors of labels can find by its name. */
function withNameAsLabel(namespace: KubeObject): KubeObject {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  return { ...namespace, metadata: { ...metadata, labels } };
}
