import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { requiredValue } from '../field-error.ts';
import { fieldOf } from '../json-record.ts';
import { junctionsOf } from './nested-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';

/** Returns the fields that a schema restricts below a junction without a word of them outside of it. */
export const completenessProblems = (schema: StructuralSchema, path: string): readonly ErrorCause[] =>
  problemsOfJunctions(schema, { schema, path }, path);

/** The schema outside of all junctions that describes the same value. */
interface Outside {
  readonly schema: StructuralSchema | undefined;
  readonly path: string;
}

const problemsOfJunctions = (
  restriction: StructuralSchema,
  outside: Outside,
  path: string,
): readonly ErrorCause[] =>
  junctionsOf(restriction).flatMap(([at, each]) => problemsAt(each, outside, `${path}.${at}`));

function problemsAt(restriction: StructuralSchema, outside: Outside, path: string): readonly ErrorCause[] {
  if (outside.schema === undefined) return [requiredValue(outside.path, `because it is defined in ${path}`)];
  const { items, properties = {} } = restriction;
  const { schema } = outside;
  return [
    ...problemsOfJunctions(restriction, outside, path),
    ...(items
      ? problemsAt(items, { schema: schema.items, path: `${outside.path}.items` }, `${path}.items`)
      : []),
    ...Object.entries(properties).flatMap(([name, each]) =>
      problemsAt(
        each,
        { schema: fieldOf(schema.properties, name), path: `${outside.path}.properties[${name}]` },
        `${path}.properties[${name}]`,
      ),
    ),
  ];
}
