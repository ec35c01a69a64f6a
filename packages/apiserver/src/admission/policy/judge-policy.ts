import { type CelInput, celError } from '@bufbuild/cel';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { CelProgram, CelVariables } from '../../cel/cel-program.ts';
import {
  type CelAccess,
  type Decide,
  accessCheckValue,
  authorizerValue,
} from '../../cel/functions/authorizer-functions.ts';
import { plainValue } from '../../cel/plain-value.ts';
import type { TimeBudget } from '../../cel/time-budget.ts';
import type { Policy, Validation, refusalCodes } from './policy.ts';
import { type PolicyPrograms, type ValidationPrograms, programsOf } from './policy-programs.ts';

/** What a policy judges, as JSON. */
export interface JudgedWrite {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  /** The namespace of the object; null if it is in none. */
  readonly namespaceObject: unknown;
  /** The object that says how the policy is applied; null if there is none. */
  readonly params: unknown;
  /** What the write itself needs to be allowed. */
  readonly access: CelAccess;
}

export type RefusalReason = keyof typeof refusalCodes;

/** A validation that a write does not pass. */
export interface Violation {
  /** The place of the validation in the policy. */
  readonly expressionIndex: number;
  readonly message: string;
  readonly reason: RefusalReason;
}

export interface Judgement {
  readonly violations: readonly Violation[];
  /** What the audit log tells of the write, by its key. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What refuses the write whatever becomes of violations. */
  readonly errors: readonly string[];
}

const nothing: Judgement = { violations: [], annotations: {}, errors: [] };

export interface JudgeOptions {
  readonly decide: Decide;
  /** The time in which it must have judged. */
  readonly time: TimeBudget;
}

/** Judges a write by a policy. What the policy cannot judge, it refuses, unless its `failurePolicy` is `Ignore`. */
export function judge(policy: Policy, write: JudgedWrite, { decide, time }: JudgeOptions): Judgement {
  const judged = time.within(() => judgedBy(policy, write, decide));
  return judged === 'TIMED_OUT' ? unjudged(policy, 'the expressions of the policy take too long') : judged;
}

function unjudged({ spec }: Policy, message: string): Judgement {
  if (spec.failurePolicy === 'Ignore') return nothing;
  return { ...nothing, violations: [{ expressionIndex: 0, message, reason: 'Invalid' }] };
}

function judgedBy(policy: Policy, write: JudgedWrite, decide: Decide): Judgement {
  const { spec } = policy;
  const programs = programsOf(policy);
  const variables = variablesOf(programs, spec.variables ?? [], write, decide);
  const isMatching = matches(policy, programs, variables);
  if (typeof isMatching === 'string') return unjudged(policy, isMatching);
  if (!isMatching) return nothing;
  const violations = (spec.validations ?? []).flatMap((validation, at): readonly Violation[] => {
    const refused = refusalOf(validation, programs.validations[at]!, variables);
    if (refused === undefined || (refused.isError && spec.failurePolicy === 'Ignore')) return [];
    return [
      {
        expressionIndex: at,
        message: refused.message,
        reason: refused.isError ? 'Invalid' : (validation.reason ?? 'Invalid'),
      },
    ];
  });
  return { violations, ...annotationsOf(policy, programs, variables) };
}

/** A condition that is false outweighs one that cannot be judged. Returns what failed, if that decides. */
function matches(
  { spec }: Policy,
  { matchConditions }: PolicyPrograms,
  variables: CelVariables,
): boolean | string {
  const failures: string[] = [];
  for (const [at, { expression }] of (spec.matchConditions ?? []).entries()) {
    const { value, error } = evaluated(expression, matchConditions[at], variables);
    if (value === false) return false;
    if (error !== undefined) failures.push(error);
  }
  if (failures.length === 0) return true;
  return failures.length === 1 ? failures[0]! : `[${failures.join(', ')}]`;
}

/** Returns why a validation refuses a write, if it does. */
function refusalOf(
  { expression, message = '' }: Validation,
  programs: ValidationPrograms,
  variables: CelVariables,
): { readonly message: string; readonly isError: boolean } | undefined {
  const { value, error } = evaluated(expression, programs.expression, variables);
  if (error !== undefined) return { message: error, isError: true };
  if (value === true) return undefined;
  const said = programs.message && messageOf(programs.message, variables);
  return { message: said || message.trim() || `failed expression: ${expression.trim()}`, isError: false };
}

/** The longest message that an expression may make, in characters. */
const longestMessage = 5 * 1_024;

function messageOf(program: CelProgram, variables: CelVariables): string | undefined {
  const { value } = evaluated('', program, variables);
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed.length <= longestMessage && !trimmed.includes('\n') ? trimmed : undefined;
}

/** The longest value that the audit log has, in characters. */
const longestAnnotation = 10 * 1_024;

function annotationsOf(
  { spec }: Policy,
  { auditAnnotations }: PolicyPrograms,
  variables: CelVariables,
): Pick<Judgement, 'annotations' | 'errors'> {
  const annotations: Record<string, string> = {};
  const errors: string[] = [];
  for (const [at, { key, valueExpression }] of (spec.auditAnnotations ?? []).entries()) {
    const { value, error } = evaluated(valueExpression, auditAnnotations[at], variables);
    if (error !== undefined) errors.push(error);
    else if (typeof value === 'string' && value.trim() !== '')
      annotations[key] = value.trim().slice(0, longestAnnotation);
    else if (typeof value !== 'string' && value !== null)
      errors.push(
        `valueExpression '${valueExpression}' resulted in unsupported return type. Return type must be either string or null.`,
      );
  }
  return { annotations, errors: spec.failurePolicy === 'Ignore' ? [] : errors };
}

interface Evaluated {
  readonly value?: unknown;
  /** Why there is no value, in the words of Kubernetes. */
  readonly error?: string;
}

function evaluated(expression: string, program: CelProgram | undefined, variables: CelVariables): Evaluated {
  if (!program) return { error: `compilation error: ${expression}` };
  try {
    return { value: program.evaluate(variables) };
  } catch (failure) {
    return { error: `expression '${expression}' resulted in error: ${errorText(failure)}` };
  }
}

/** Returns all that expressions know. A variable of a policy is evaluated once, when an expression first asks for it. */
function variablesOf(
  { variables }: PolicyPrograms,
  named: readonly { readonly name: string }[],
  { object, oldObject, request, namespaceObject, params, access }: JudgedWrite,
  decide: Decide,
): CelVariables {
  const known: Record<string, CelInput> = {
    object: plainValue(object),
    oldObject: plainValue(oldObject),
    request: plainValue(request),
    namespaceObject: plainValue(namespaceObject),
    params: plainValue(params),
    authorizer: authorizerValue(decide),
    'authorizer.requestResource': accessCheckValue(access, decide),
  };
  for (const { name } of named) {
    let value: CelVariables[string] | undefined;
    const get = (): CelVariables[string] => (value ??= valueOf(name, variables.get(name), known));
    Object.defineProperty(known, `variables.${name}`, { get });
  }
  return known;
}

function valueOf(name: string, program: CelProgram | undefined, known: CelVariables): CelVariables[string] {
  try {
    if (!program) throw new Error('it could not be compiled');
    return program.evaluate(known) as CelInput;
  } catch (failure) {
    return celError(`composited variable "${name}" fails to evaluate: ${errorText(failure)}`);
  }
}
