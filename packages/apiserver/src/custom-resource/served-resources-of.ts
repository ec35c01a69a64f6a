import { scalingAt } from '../resource/scale.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { nameColumn } from '../resource/table-column.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import { unknownFields } from '../structural-schema/unknown-fields.ts';
import type { CustomResourceDefinition, DefinitionSpec, DefinitionVersion } from './definition/definition.ts';
import { schemaOfVersion } from './definition/schema-of-version.ts';
import { selectableFieldNames } from './definition/selectable-fields.ts';
import { customColumns } from './printer-columns.ts';

/** Returns the versions of a defined kind that are served, as the API server serves them. */
export const servedResourcesOf = (definition: CustomResourceDefinition): readonly ServedResource[] =>
  definition.spec.versions
    .filter(({ served }) => served)
    .map((version) => servedVersion(definition, version));

function servedVersion({ spec }: CustomResourceDefinition, version: DefinitionVersion): ServedResource {
  const { names, group, scope } = spec;
  const schema = schemaOf(version);
  return {
    group,
    version: version.name,
    resource: names.plural,
    kind: names.kind,
    singular: names.singular ?? names.kind.toLowerCase(),
    isNamespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources: Object.keys(version.subresources ?? {}),
    ...(version.subresources?.scale && { scale: scalingAt(version.subresources.scale) }),
    isStored: version.storage,
    selectableFields: selectableFieldNames(version),
    columns: [nameColumn, ...customColumns(version)],
    schema,
    otherVersions: otherVersions(spec, version),
    unknownFields: (object) => unknownFields(object, schema),
  };
}

const schemaOf = (version: DefinitionVersion): StructuralSchema =>
  schemaOfVersion(version) ?? { type: 'object' };

const otherVersions = (
  { group, versions }: DefinitionSpec,
  version: DefinitionVersion,
): Readonly<Record<string, StructuralSchema>> =>
  Object.fromEntries(
    versions
      .filter((each) => each.served && each !== version)
      .map((each) => [`${group}/${each.name}`, schemaOf(each)]),
  );
