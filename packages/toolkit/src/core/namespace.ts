import * as v from 'valibot';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { clusterMetadataSchema } from './metadata.ts';
import { namespaceResource } from './resources/namespace.ts';

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
  strategy: { initialStatus: { phase: 'Active' } },
});
