import { scalingAt } from '../resource/scale.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { nameColumn } from '../resource/table-column.ts';
import { unknownFields } from '../structural-schema/unknown-fields.ts';
import type { CustomResourceDefinition, DefinitionVersion } from './definition/definition.ts';
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
  const schema = schemaOfVersion(version) ?? { type: 'object' };
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
    selectableFields: selectableFieldNames(version),
    columns: [nameColumn, ...customColumns(version)],
    schema,
    unknownFields: (object) => unknownFields(object, schema),
  };
}
