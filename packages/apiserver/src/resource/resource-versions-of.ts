import { convertedTo } from '@ignite/toolkit/client/over-store/served-versions-of';
import { versionOf } from '@ignite/toolkit/object/group-kind';
import { type Kind, type KindVersion, hubOf } from '@ignite/toolkit/scheme/kind';
import { schemaOfKind } from './schema-of-kind.ts';
import type { ServedResource } from './served-resource.ts';
import { servedResourceOf } from './served-resource-of.ts';

/**
 * Pure. Returns the versions of a kind as the API server serves them: the hub, in which objects are stored, and older ones,
 * whose users are told which one to use instead.
 */
export function resourceVersionsOf(kind: Kind): readonly ServedResource[] {
  const hub = servedResourceOf(kind);
  const older = kind.versions.filter(({ conversion }) => conversion !== undefined);
  if (older.length === 0) return [hub];
  const schemas = { ...hub.otherVersions };
  const hasStatus = kind.subresources?.includes('status') ?? false;
  for (const version of older) schemas[version.apiVersion] = schemaOfKind(version, hasStatus);
  return [
    { ...hub, isStored: true, otherVersions: schemas },
    ...older.map((version) => olderResource(kind, version, hub, schemas)),
  ];
}

type Schemas = NonNullable<ServedResource['otherVersions']>;

function olderResource(
  kind: Kind,
  version: KindVersion,
  hub: ServedResource,
  schemas: Schemas,
): ServedResource {
  const { apiVersion } = version;
  const { [apiVersion]: schema, ...others } = schemas;
  const stored = hubOf(kind);
  const inHub = convertedTo(stored.apiVersion, version.conversion!.toHub);
  return {
    ...hub,
    version: versionOf(apiVersion),
    isStored: false,
    deprecation: `${apiVersion} ${kind.kind} is deprecated; use ${stored.apiVersion} ${kind.kind}`,
    columns: hub.columns.map((column) => ({
      ...column,
      cell: (object, nowMs) => column.cell(inHub(object), nowMs),
    })),
    schema: schema!,
    otherVersions: { ...others, [stored.apiVersion]: hub.schema },
    unknownFields: (object) => hub.unknownFields(inHub(object)),
  };
}
