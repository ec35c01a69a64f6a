import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue } from '../field-error.ts';
import type { JsonRecord } from '../json-record.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { hasRules } from './has-rules.ts';
import { ruleProblems } from './rule-problems.ts';

/** The faults of values for which no rule may be ready. */
const blocking: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const notChecked = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

export interface RuledObject {
  readonly object: JsonRecord;
  readonly old: JsonRecord | undefined;
  /** What is wrong with the object already. */
  readonly problems: readonly ErrorCause[];
}

/** Returns what rules say against an object, or that they were not asked because its values are none for rules. */
export function rulesOrBlocked(
  { object, old, problems }: RuledObject,
  schema: StructuralSchema,
): readonly ErrorCause[] {
  if (!hasRules(schema)) return [];
  const isBlocked = problems.some(({ reason }) => blocking.has(reason));
  return isBlocked ? [notChecked] : ruleProblems(object, old, schema);
}
