import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import {
  forbiddenValue,
  invalidDetail,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.ts';
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts';
import { type CompiledRule, compiledRules } from './compiled-rule.ts';
import { hasRules } from './has-rules.ts';
import { isRulePath } from './rule-path.ts';
import { ruledResource } from './schema-shape.ts';

/** Returns what is wrong with the rules of a schema, given the path to it. */
export const ruleSoundness = (schema: StructuralSchema, path: string): readonly ErrorCause[] =>
  problemsAt(ruledResource(schema), { path });

interface Place {
  readonly path: string;
  /** The path of the list whose items have no past, if the rules are for these. */
  readonly uncorrelated?: string;
}

function problemsAt(schema: StructuralSchema, place: Place): readonly ErrorCause[] {
  if (!hasRules(schema)) return [];
  const { path } = place;
  const { properties = {}, items, additionalProperties } = schema;
  const isKeyed = schema['x-kubernetes-list-type'] === 'map';
  const ofItems = isKeyed || place.uncorrelated !== undefined ? place : { ...place, uncorrelated: path };
  const below = [
    ...(typeof additionalProperties === 'object'
      ? problemsAt(additionalProperties, { ...place, path: `${path}.additionalProperties` })
      : []),
    ...Object.entries(properties).flatMap(([name, each]) =>
      problemsAt(each, { ...place, path: `${path}.properties[${name}]` }),
    ),
    ...(items ? problemsAt(items, { ...ofItems, path: `${path}.items` }) : []),
  ];
  const rules = schema['x-kubernetes-validations'] ?? [];
  const wrongForms = rules.flatMap((rule, at) =>
    formProblems(rule, schema, `${path}.x-kubernetes-validations[${at}]`),
  );
  if (wrongForms.length > 0) return [...below, ...wrongForms];
  return [
    ...below,
    ...compiledRules(schema).flatMap((rule, at) =>
      expressionProblems(rule, `${path}.x-kubernetes-validations[${at}]`, place),
    ),
  ];
}

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** The longest expression that is taken, in characters. Kubernetes limits its cost instead. */
const longestRule = 64 * 1_024;

function formProblems(
  { rule, message, messageExpression, reason, fieldPath }: ValidationRule,
  schema: StructuralSchema,
  path: string,
): readonly ErrorCause[] {
  const isBlank = (text: string | undefined): boolean =>
    text !== undefined && text !== '' && text.trim() === '';
  return [
    ...messageProblems(rule, message ?? '', path),
    ...(rule.length > longestRule || (messageExpression ?? '').length > longestRule
      ? [forbiddenValue(`${path}.rule`, `must be at most ${longestRule} characters long`)]
      : []),
    ...(isBlank(messageExpression)
      ? [requiredValue(`${path}.messageExpression`, 'messageExpression must be non-empty if specified')]
      : []),
    ...(reason === undefined || reasons.includes(reason)
      ? []
      : [unsupportedValue(`${path}.reason`, reason, reasons)]),
    ...(isBlank(fieldPath)
      ? [invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified')]
      : []),
    ...(fieldPath !== undefined && fieldPath !== '' && !isRulePath(fieldPath, schema)
      ? [invalidValue(`${path}.fieldPath`, fieldPath, 'must be a valid path')]
      : []),
  ];
}

function messageProblems(rule: string, message: string, path: string): readonly ErrorCause[] {
  const trimmed = message.trim();
  if (rule.trim() === '') return [requiredValue(`${path}.rule`, 'rule is not specified')];
  if (message !== '' && trimmed === '')
    return [invalidValue(`${path}.message`, message, 'must be non-empty if specified')];
  if (trimmed.includes('\n'))
    return [invalidValue(`${path}.message`, message, 'must not contain line breaks')];
  return rule.trim().includes('\n') && trimmed === ''
    ? [requiredValue(`${path}.message`, 'message must be specified if rule contains line breaks')]
    : [];
}

function expressionProblems(
  { rule, program, problem, messageProblem }: CompiledRule,
  path: string,
  { uncorrelated }: Place,
): readonly ErrorCause[] {
  const usesOld = program?.uses.has('oldSelf') === true;
  return [
    ...(problem === undefined ? [] : [invalidRule(`${path}.rule`, rule, problem)]),
    ...(messageProblem === undefined ? [] : [invalidRule(`${path}.messageExpression`, rule, messageProblem)]),
    ...(usesOld && uncorrelated !== undefined
      ? [
          invalidValue(
            `${path}.rule`,
            rule.rule,
            `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`,
          ),
        ]
      : []),
    ...(program && !usesOld && rule.optionalOldSelf !== undefined
      ? [
          invalidValue(
            `${path}.optionalOldSelf`,
            rule.optionalOldSelf,
            'may not be set if oldSelf is not used in rule',
          ),
        ]
      : []),
  ];
}

/** Tells of a whole rule with the fields and escapes of Kubernetes' own type. */
function invalidRule(field: string, rule: ValidationRule, detail: string): ErrorCause {
  const {
    message = '',
    messageExpression = '',
    reason = null,
    fieldPath = '',
    optionalOldSelf = null,
  } = rule;
  const told = JSON.stringify({
    Rule: rule.rule,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf,
  }).replace(/[<>&]/g, (found) => `\\u00${found.codePointAt(0)!.toString(16)}`);
  return invalidDetail(field, `${told}: ${detail}`);
}
