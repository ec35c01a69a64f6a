import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';
import { withDefaults } from '../structural-schema/defaults.ts';
import { ruleSoundness } from '../structural-schema/rules/rule-soundness.ts';
import { rulesOrBlocked } from '../structural-schema/rules/rules-or-blocked.ts';
import { schemaProblems } from '../structural-schema/soundness/schema-problems.ts';
import { type StructuralSchema, structuralSchemaSchema } from '../structural-schema/structural-schema.ts';
import { listProblems } from '../structural-schema/validation/list-problems.ts';
import { validationProblems } from '../structural-schema/validation/validate.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Values that stand alone, such as the variables of a ClusterClass, with schemas as CustomResourceDefinitions have them. */
export const valueSchemas = {
  problemsOfSchema: (schema: Schema): readonly string[] => {
    const { issues, output } = v.safeParse(structuralSchemaSchema, schema);
    if (issues) return issues.map(issueText);
    return textsOf([
      ...schemaProblems(output as StructuralSchema, 'schema'),
      ...ruleSoundness(around(schema), ''),
    ]);
  },
  withDefaults: (value: unknown, schema: Schema): unknown =>
    withDefaults(value === undefined ? {} : { value }, around(schema)).value,
  problems: (value: unknown, schema: Schema): readonly string[] => {
    const [object, described] = [{ value }, around(schema)];
    const problems = [...validationProblems(object, described), ...listProblems(object, described)];
    return textsOf([...problems, ...rulesOrBlocked({ object, old: undefined, problems }, described)]);
  },
};

/** The schema of an object that holds the value, as which everything else knows values. */
const around = (schema: Schema): StructuralSchema => ({ type: 'object', properties: { value: schema } });

const textsOf = (causes: readonly ErrorCause[]): readonly string[] =>
  causes.map(({ field, message }) => (message.includes(field) ? message : `${field}: ${message}`));
