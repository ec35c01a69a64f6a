import type { CelInput } from '@bufbuild/cel';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { optionalOf } from '../../cel/functions/optional-functions.ts';
import { withinTime } from '../../cel/within-time.ts';
import {
  duplicateValue,
  forbiddenValue,
  invalidDetail,
  invalidValue,
  requiredValue,
} from '../field-error.ts';
import { type JsonRecord, fieldOf, isRecord } from '../json-record.ts';
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts';
import { type CompiledRule, compiledRules } from './compiled-rule.ts';
import { hasRules } from './has-rules.ts';
import { hasQuickRules, isSmall } from './quick-rules.ts';
import { ruleValue } from './rule-value.ts';
import { ruledResource, ruledSchema } from './schema-shape.ts';

/** The time in which all rules must have been checked, in milliseconds. */
const mostMs = 1_000;

/** Returns what rules in the Common Expression Language say against an object, or against a change of it. */
export function ruleProblems(
  object: JsonRecord,
  old: JsonRecord | undefined,
  schema: StructuralSchema,
): readonly ErrorCause[] {
  if (!hasRules(schema)) return [];
  const root = rootOf(schema);
  const place = { value: object, old, schema: root, path: '' };
  // A clock that stops others costs more than most rules.
  if (hasQuickRules(root) && isSmall(object) && isSmall(old)) return problemsAt(place);
  const problems = withinTime(mostMs, () => problemsAt(place));
  return problems === 'TIMED_OUT' ? [outOfTime] : problems;
}

const outOfTime = invalidValue(
  '<nil>',
  'object',
  'validation failed due to running out of cost budget, no further validation rules will be run',
);

const roots = new WeakMap<StructuralSchema, StructuralSchema>();

function rootOf(schema: StructuralSchema): StructuralSchema {
  const known = roots.get(schema) ?? ruledResource(schema);
  roots.set(schema, known);
  return known;
}

interface RuledPlace {
  readonly value: unknown;
  /** What the value replaces, if that is known. */
  readonly old: unknown;
  readonly schema: StructuralSchema;
  readonly path: string;
}

function problemsAt(place: RuledPlace): readonly ErrorCause[] {
  const { value, schema } = place;
  if (value === null || value === undefined || !hasRules(schema)) return [];
  return [
    ...ownProblems(place),
    ...(Array.isArray(value) ? itemProblems(value, place) : []),
    ...(isRecord(value) ? fieldProblems(value, place) : []),
  ];
}

function itemProblems(items: readonly unknown[], { old, schema, path }: RuledPlace): readonly ErrorCause[] {
  const { items: itemSchema } = schema;
  if (!itemSchema) return [];
  return items.flatMap((value, at) =>
    problemsAt({ value, old: oldItem(value, old, schema), schema: itemSchema, path: `${path}[${at}]` }),
  );
}

/** Returns the item of the old list with the same keys. Items of other lists have no past. */
function oldItem(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (type !== 'map' || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find(
    (each: unknown) => isRecord(each) && keys.every((key) => fieldOf(each, key) === fieldOf(item, key)),
  );
}

function fieldProblems(record: JsonRecord, { old, schema, path }: RuledPlace): readonly ErrorCause[] {
  const { properties, additionalProperties } = schema;
  const oldRecord = isRecord(old) ? old : undefined;
  return Object.entries(record).flatMap(([name, value]) => {
    const before = fieldOf(oldRecord, name);
    const property = fieldOf(properties, name);
    if (property) return problemsAt({ value, old: before, schema: property, path: joined(path, name) });
    return typeof additionalProperties === 'object'
      ? problemsAt({ value, old: before, schema: additionalProperties, path: `${path}[${name}]` })
      : [];
  });
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Kubernetes' word for the path of the object itself. */
const told = (path: string): string => (path === '' ? '<nil>' : path);

function ownProblems({ value, old, schema, path }: RuledPlace): readonly ErrorCause[] {
  const rules = compiledRules(schema);
  if (rules.length === 0) return [];
  const ruled = ruledSchema(schema);
  const self = ruleValue(value, ruled);
  const oldSelf = old === undefined || old === null ? undefined : ruleValue(old, ruled);
  return rules.flatMap((rule) => problemOf(rule, { value, self, oldSelf, schema, path }));
}

interface Judged {
  readonly value: unknown;
  readonly self: CelInput;
  readonly oldSelf: CelInput | undefined;
  readonly schema: StructuralSchema;
  readonly path: string;
}

function problemOf(compiled: CompiledRule, judged: Judged): readonly ErrorCause[] {
  const { rule, program, problem } = compiled;
  const { schema, self, oldSelf } = judged;
  const path = told(judged.path);
  const type = schema.type ?? '';
  if (!program)
    return problem === undefined ? [] : [invalidValue(path, type, `rule compile error: ${problem}`)];
  const isOptional = rule.optionalOldSelf === true;
  if (program.uses.has('oldSelf') && oldSelf === undefined && !isOptional) return [];
  const variables = {
    self,
    ...(isOptional ? { oldSelf: optionalOf(oldSelf) } : oldSelf !== undefined && { oldSelf }),
  };
  try {
    if (program.evaluate(variables) === true) return [];
  } catch (failure) {
    return [invalidValue(path, type, failureText(errorText(failure), rule))];
  }
  return [refusal(compiled, judged, variables)];
}

/** Kubernetes says more of calls that its compiler would have refused, had it known the types. */
function failureText(failure: string, rule: ValidationRule): string {
  return failure.startsWith('no such overload')
    ? `'${failure}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
    : `${failure} evaluating rule: ${ruleText(rule)}`;
}

const ruleText = ({ message = '', rule }: ValidationRule): string => (message || rule).trim();

function refusal(
  compiled: CompiledRule,
  { value, schema, path }: Judged,
  variables: Readonly<Record<string, CelInput>>,
): ErrorCause {
  const { rule } = compiled;
  const detail =
    messageOf(compiled, variables) ?? (rule.message?.trim() || `failed rule: ${rule.rule.trim()}`);
  const field = told(rule.fieldPath === undefined ? path : joined(path, rule.fieldPath.replace(/^\./, '')));
  const isWhole = schema.type === 'object' || schema.type === 'array';
  switch (rule.reason ?? '') {
    case 'FieldValueForbidden':
      return forbiddenValue(field, detail);
    case 'FieldValueRequired':
      return requiredValue(field, detail);
    case 'FieldValueDuplicate':
      return isWhole
        ? { field, reason: 'FieldValueDuplicate', message: 'Duplicate value' }
        : duplicateValue(field, value);
    default:
      return isWhole ? invalidDetail(field, detail) : invalidValue(field, value, detail);
  }
}

/** The longest message that an expression may make, in characters. */
const longestMessage = 5 * 1_024;

function messageOf(
  { messageProgram }: CompiledRule,
  variables: Readonly<Record<string, CelInput>>,
): string | undefined {
  try {
    const message = messageProgram?.evaluate(variables);
    if (typeof message !== 'string') return undefined;
    const trimmed = message.trim();
    const isSound = trimmed !== '' && trimmed.length <= longestMessage && !trimmed.includes('\n');
    return isSound ? trimmed : undefined;
  } catch {
    // The rule has a message without the expression too.
    return undefined;
  }
}
