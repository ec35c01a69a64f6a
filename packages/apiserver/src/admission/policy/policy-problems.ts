import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import {
  duplicateValue,
  forbiddenValue,
  invalidDetail,
  invalidValue,
  requiredValue,
} from '../../structural-schema/field-error.ts';
import type { Policy, PolicyBinding, Validation } from './policy.ts';
import { policyPrograms } from './policy-programs.ts';
import { anyShape } from '../../cel/cel-shape.ts';

/** The longest expression that is taken, in characters. Kubernetes limits its cost instead. */
const longestExpression = 64 * 1_024;

/** Pure. Returns what is wrong with a policy beyond its form. */
export function policyProblems(policy: Policy): readonly ErrorCause[] {
  const tooLong = lengthProblems(policy);
  if (tooLong.length > 0) return tooLong;
  const problems = formProblems(policy);
  const told = new Set(problems.map(({ field }) => field));
  const { faults } = policyPrograms(policy, { object: anyShape, params: anyShape });
  const others = faults.filter(({ field }) => !told.has(field));
  return [
    ...problems,
    ...others.map(({ field, expression, problem }) => invalidValue(field, expression, problem)),
  ];
}

function formProblems({ metadata, spec }: Policy): readonly ErrorCause[] {
  const { matchConstraints, validations = [], auditAnnotations = [], variables = [] } = spec;
  const lacksAll = validations.length === 0 && auditAnnotations.length === 0;
  return [
    ...(matchConstraints.resourceRules?.length ? [] : [requiredValue('spec.matchConstraints.resourceRules')]),
    ...(spec.matchConditions ?? []).flatMap(({ name, expression }, at, all) => {
      const path = `spec.matchConditions[${at}]`;
      return [
        ...(name === '' ? [requiredValue(`${path}.name`)] : again(all, at, 'name', path)),
        ...(isBlank(expression) ? [requiredValue(`${path}.expression`)] : []),
      ];
    }),
    ...variables.flatMap(({ name, expression }, at) => {
      const path = `spec.variables[${at}]`;
      return [
        ...(isIdentifier(name) ? [] : [invalidValue(`${path}.name`, name, 'must be a valid CEL identifier')]),
        ...(isBlank(expression) ? [requiredValue(`${path}.expression`, 'expression is not specified')] : []),
      ];
    }),
    ...(lacksAll
      ? ['validations', 'auditAnnotations'].map((field) =>
          requiredValue(`spec.${field}`, 'validations or auditAnnotations must contain at least one item'),
        )
      : []),
    ...validations.flatMap((each, at) => validationProblems(each, `spec.validations[${at}]`)),
    ...auditAnnotations.flatMap(({ key, valueExpression }, at, all) => {
      const path = `spec.auditAnnotations[${at}]`;
      return [
        ...(isQualifiedName(`${metadata.name}/${key}`)
          ? again(all, at, 'key', path)
          : [invalidValue(`${path}.key`, key, `${metadata.name}/${key} must be a qualified name`)]),
        ...(isBlank(valueExpression)
          ? [requiredValue(`${path}.valueExpression`, 'valueExpression is not specified')]
          : []),
      ];
    }),
  ];
}

function validationProblems(
  { expression, message = '', messageExpression = '' }: Validation,
  path: string,
): readonly ErrorCause[] {
  const isUnsaid = (said: string): boolean => said !== '' && said.trim() === '';
  return [
    ...(isBlank(expression) ? [requiredValue(`${path}.expression`, 'expression is not specified')] : []),
    ...(isUnsaid(messageExpression)
      ? [invalidValue(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified')]
      : []),
    ...(isUnsaid(message)
      ? [invalidValue(`${path}.message`, message, 'must be non-empty if specified')]
      : []),
    ...(/[\n\r]/.test(message.trim())
      ? [invalidValue(`${path}.message`, message, 'must not contain line breaks')]
      : []),
  ];
}

const lengthProblems = ({ spec }: Policy): readonly ErrorCause[] =>
  JSON.stringify(spec).length > longestExpression
    ? [forbiddenValue('spec', `must be at most ${longestExpression} characters long`)]
    : [];

/** Tells of an item that has the same name as one before it. */
function again<T>(all: readonly T[], at: number, key: keyof T & string, path: string): readonly ErrorCause[] {
  const value = all[at]![key];
  const isAgain = all.findIndex((each) => each[key] === value) < at;
  return isAgain ? [duplicateValue(`${path}.${key}`, value)] : [];
}

const isBlank = (expression: string): boolean => expression.trim() === '';

const reserved: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

const isIdentifier = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name);

const isQualifiedName = (name: string): boolean =>
  /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/.test(name);

/** Pure. Returns what is wrong with the binding of a policy beyond its form. */
export function bindingProblems({ spec }: PolicyBinding): readonly ErrorCause[] {
  const { paramRef, validationActions } = spec;
  const both = 'name and selector are mutually exclusive';
  const isNamed = paramRef?.name !== undefined && paramRef.name !== '';
  return [
    ...(paramRef && isNamed && paramRef.selector
      ? ['name', 'selector'].map((field) => forbiddenValue(`spec.paramRef.${field}`, both))
      : []),
    ...(paramRef && !isNamed && !paramRef.selector
      ? [requiredValue('spec.paramRef', 'one of name or selector must be specified')]
      : []),
    ...validationActions.flatMap((action, at) =>
      validationActions.indexOf(action) < at ? [duplicateValue(`spec.validationActions[${at}]`, action)] : [],
    ),
    ...(validationActions.includes('Deny') && validationActions.includes('Warn')
      ? [
          invalidDetail(
            'spec.validationActions',
            'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
          ),
        ]
      : []),
  ];
}
