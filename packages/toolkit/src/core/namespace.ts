import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import type { Resource } from '../scheme/resource.ts';
import { age } from '../text/age.ts';
import { clusterMetadataSchema } from './metadata.ts';

interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly status: { readonly phase?: string };
}

const resource = {
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'STATUS', cell: ({ status }) => status.phase ?? '' },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
} satisfies Resource<Namespace>;

/** A scope for the names of objects. */
export const namespaceKind = defineKind({
  ...resource,
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
