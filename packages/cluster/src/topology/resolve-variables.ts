import type { ValueSchemas } from '../contract/value-schemas.ts';
import type { VariableDefinition } from '../kinds/cluster-class.ts';
import type { TopologyVariable } from '../kinds/topology.ts';

/** The values of variables by their names, or what is wrong with them. */
export type ResolvedVariables =
  | { readonly values: Readonly<Record<string, unknown>>; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

/** Pure. Returns the values of the variables of a class: those that are given, with the defaults of their schemas. */
export function resolveVariables(
  definitions: readonly VariableDefinition[],
  given: readonly TopologyVariable[],
  schemas: ValueSchemas,
): ResolvedVariables {
  const known = new Set(definitions.map(({ name }) => name));
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const resolved = definitions.map(({ name, required, schema: { openAPIV3Schema: schema } }) => {
    const value = schemas.withDefaults(values.get(name), schema);
    const problems =
      value === undefined
        ? required
          ? [`variable ${name} is required`]
          : []
        : schemas.problems(value, schema).map((problem) => `variable ${name}: ${problem}`);
    return { name, value, problems };
  });
  const problems = [
    ...given.flatMap(({ name }) => (known.has(name) ? [] : [`the class has no variable ${name}`])),
    ...resolved.flatMap((each) => each.problems),
  ];
  if (problems.length > 0) return { problems };
  return {
    values: Object.fromEntries(
      resolved.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

/** Pure. Returns variables with other values for some of them. */
export const withOverrides = (
  variables: readonly TopologyVariable[],
  overrides: readonly TopologyVariable[],
): readonly TopologyVariable[] => [
  ...variables.filter(({ name }) => !overrides.some((each) => each.name === name)),
  ...overrides,
];
