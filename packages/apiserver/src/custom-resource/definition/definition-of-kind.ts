import type { NewObject } from '@ignite/toolkit/client/object-client';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { servedResourceOf } from '../../resource/served-resource-of.ts';

/** Pure. Returns the definition of one of our kinds, as an API server of Kubernetes learns it. */
export function definitionOfKind(defined: Kind): NewObject {
  const { group, version, resource, kind, singular, shortNames, categories, ...served } =
    servedResourceOf(defined);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource}.${group}` },
    spec: {
      group,
      names: { plural: resource, singular, kind, shortNames, categories },
      scope: served.isNamespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: served.schema },
          ...(served.subresources.includes('status') && { subresources: { status: {} } }),
          selectableFields: served.selectableFields.map((field) => ({ jsonPath: `.${field}` })),
        },
      ],
    },
  };
}
