import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { type Kind, hubOf } from '@ignite/toolkit/scheme/kind';
import { schemaOfKind } from './schema-of-kind.ts';
import type { ServedResource } from './served-resource.ts';
import { tableColumns } from './table-column.ts';
import { unknownFields } from './unknown-fields.ts';

/** Pure. Returns a kind as the API server serves it, in its hub version. */
export function servedResourceOf(kind: Kind): ServedResource {
  const { group, version, resource, isNamespaced, selectableFields = [] } = servedKindOf(kind);
  const hub = hubOf(kind);
  return {
    ...{ group, version, resource, isNamespaced, selectableFields },
    kind: kind.kind,
    singular: kind.kind.toLowerCase(),
    shortNames: kind.shortNames ?? [],
    categories: kind.categories ?? [],
    subresources: kind.subresources ?? [],
    columns: tableColumns(kind.columns ?? []),
    schema: schemaOfKind(hub, kind.subresources?.includes('status') ?? false),
    unknownFields: (object) => unknownFields(hub, object),
  };
}

/** Pure. Returns a kind of Kubernetes itself whose objects have no generation there. */
export const coreResourceOf = (kind: Kind): ServedResource => ({
  ...builtInResourceOf(kind),
  hidesGeneration: true,
  takesAnyVersion: kind.strategy?.needsVersion !== true,
});

/** Pure. Returns a kind of Kubernetes itself, which takes strategic merge patches. */
export const builtInResourceOf = (kind: Kind): ServedResource => ({
  ...servedResourceOf(kind),
  mergeKeys: { 'metadata.finalizers': '', 'metadata.ownerReferences': 'uid' },
  unwritten: hubOf(kind).spec ? { spec: {} } : {},
});
