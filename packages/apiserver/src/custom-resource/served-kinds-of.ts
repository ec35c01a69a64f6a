import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { rulesOrBlocked } from '../structural-schema/rules/rules-or-blocked.ts';
import { withDefaults } from '../structural-schema/defaults.ts';
import { listProblems } from '../structural-schema/validation/list-problems.ts';
import { pruned } from '../structural-schema/unknown-fields.ts';
import { validationProblems } from '../structural-schema/validation/validate.ts';
import { conversionOf } from './conversion/conversion-of.ts';
import type { CustomResourceDefinition, DefinitionVersion } from './definition/definition.ts';
import { schemaOfVersion } from './definition/schema-of-version.ts';
import { selectableFieldNames } from './definition/selectable-fields.ts';
import { isTerminating } from './definition/terminating.ts';

/**
 * Returns the versions of a defined kind that are served, as a client over a store serves them. To delete the
 * objects of a kind, all versions are served.
 */
export const servedKindsOf = (
  definition: CustomResourceDefinition,
  client: ObjectClient,
): readonly ServedKind[] =>
  definition.spec.versions
    .filter(({ served }) => served || isTerminating(definition))
    .map((version) => servedVersion(definition, version, client));

function servedVersion(
  definition: CustomResourceDefinition,
  version: DefinitionVersion,
  client: ObjectClient,
): ServedKind {
  const { spec } = definition;
  const schema = schemaOfVersion(version) ?? { 'x-kubernetes-preserve-unknown-fields': true };
  /** What became of objects, since those that a store has read once are read again and again. */
  const completed = new WeakMap<KubeObject, KubeObject>();
  return {
    group: spec.group,
    version: version.name,
    resource: spec.names.plural,
    kind: spec.names.kind,
    isNamespaced: spec.scope === 'Namespaced',
    ...(isTerminating(definition) && { origin: 'their definition is being deleted' }),
    conversion: conversionOf(definition, client),
    hasStatus: version.subresources?.status !== undefined,
    selectableFields: selectableFieldNames(version),
    withDefaults: (object) => {
      const known = completed.get(object) ?? withDefaults(pruned<KubeObject>(object, schema), schema);
      completed.set(object, known);
      return known;
    },
    problems: (object, old) => {
      const problems = [...validationProblems(object, schema), ...listProblems(object, schema)];
      return [...problems, ...rulesOrBlocked({ object, old, problems }, schema)];
    },
  };
}
