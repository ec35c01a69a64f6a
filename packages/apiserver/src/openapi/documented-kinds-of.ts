import { versionOf } from '@ignite/toolkit/client/group-version-resource';
import { type Kind, hubOf } from '@ignite/toolkit/scheme/kind';
import type { CustomResourceDefinition } from '../custom-resource/definition/definition.ts';
import { schemaOfVersion } from '../custom-resource/definition/schema-of-version.ts';
import { selectableFieldNames } from '../custom-resource/definition/selectable-fields.ts';
import type { DocumentedKind } from './documented-kind.ts';
import { schemaOfKind } from './schema-of-kind.ts';

/** Returns a kind of the program as documents describe it, in its hub version. */
export function documentedKindOf(kind: Kind, isMergedStrategically: boolean): DocumentedKind {
  const hub = hubOf(kind);
  const { subresources = [] } = kind;
  return {
    group: kind.group,
    version: versionOf(hub.apiVersion),
    resource: kind.plural,
    kind: kind.kind,
    isNamespaced: kind.scope === 'Namespaced',
    subresources,
    schema: schemaOfKind(hub, subresources.includes('status')),
    isMergedStrategically,
    selectableFields: [],
  };
}

/** Returns the served versions of a defined kind as documents describe them. */
export const documentedKindsOf = ({ spec }: CustomResourceDefinition): readonly DocumentedKind[] =>
  spec.versions
    .filter(({ served }) => served)
    .map((version) => ({
      group: spec.group,
      version: version.name,
      resource: spec.names.plural,
      kind: spec.names.kind,
      isNamespaced: spec.scope === 'Namespaced',
      subresources: Object.keys(version.subresources ?? {}),
      schema: schemaOfVersion(version) ?? { type: 'object' },
      isMergedStrategically: false,
      selectableFields: selectableFieldNames(version),
    }));
