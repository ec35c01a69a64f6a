import { scalingAt } from '../resource/scale.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { nameColumn } from '../resource/table-column.ts';
import { inVersionOrder } from '../resource/version-order.ts';
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
    ...(version.deprecated === true && { deprecation: deprecationOf(spec, version) }),
    selectableFields: selectableFieldNames(version),
    columns: [nameColumn, ...customColumns(version)],
    schema,
    otherVersions: otherVersions(spec, version),
    unknownFields: (object) => unknownFields(object, schema),
  };
}

/** Names the newest version that is to be used instead, as Kubernetes does. */
function deprecationOf({ group, names, versions }: DefinitionSpec, version: DefinitionVersion): string {
  const { name, deprecationWarning } = version;
  if (deprecationWarning !== undefined) return deprecationWarning;
  const said = `${group}/${name} ${names.kind} is deprecated`;
  const [instead] = versions
    .filter((each) => each.served && each.deprecated !== true && inVersionOrder(each.name, name) < 0)
    .toSorted((a, b) => inVersionOrder(a.name, b.name));
  return instead ? `${said}; use ${group}/${instead.name} ${names.kind}` : said;
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
