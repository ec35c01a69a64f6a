import { errorText } from '@ignite/toolkit/errors/error-text';
import { type CelProgram, celProgram } from '../../cel/cel-program.ts';
import { type CelShape, anyShape } from '../../cel/cel-shape.ts';
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts';
import { shapeOfSchema } from './schema-shape.ts';

/** A rule of a schema that can be checked. What is wrong with it instead is in the problems. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program?: CelProgram;
  readonly messageProgram?: CelProgram;
  readonly problem?: string;
  readonly messageProblem?: string;
}

const known = new WeakMap<StructuralSchema, readonly CompiledRule[]>();

/** Returns the rules of a schema, without those of the schemas below it. */
export function compiledRules(schema: StructuralSchema): readonly CompiledRule[] {
  const { 'x-kubernetes-validations': rules = [] } = schema;
  const before = known.get(schema);
  if (before) return before;
  const shape = rules.length === 0 ? undefined : shapeOfSchema(schema);
  const compiled = rules.map((rule) => compiledRule(rule, shape));
  known.set(schema, compiled);
  return compiled;
}

function compiledRule(rule: ValidationRule, shape: CelShape | undefined): CompiledRule {
  if (shape === undefined) return { rule, problem: 'failed to convert to declType for CEL validation rules' };
  const variables = { self: shape, oldSelf: rule.optionalOldSelf === true ? anyShape : shape };
  const { program, problem } = compiled(rule.rule, variables, {
    type: 'bool',
    failed: 'compilation failed: ',
    wrongType: 'cel expression must evaluate to a bool',
  });
  if (rule.messageExpression === undefined || !program)
    return { rule, ...(program && { program }), ...(problem !== undefined && { problem }) };
  const message = compiled(rule.messageExpression, variables, {
    type: 'string',
    failed: 'messageExpression compilation failed: ',
    wrongType: 'messageExpression must evaluate to a string',
  });
  return {
    rule,
    program,
    ...(message.program && { messageProgram: message.program }),
    ...(message.problem !== undefined && { messageProblem: message.problem }),
  };
}

interface Expected {
  readonly type: CelShape['type'];
  readonly failed: string;
  readonly wrongType: string;
}

function compiled(
  text: string,
  variables: Readonly<Record<string, CelShape>>,
  { type, failed, wrongType }: Expected,
): { readonly program?: CelProgram; readonly problem?: string } {
  try {
    const program = celProgram(text, variables);
    const isExpected = program.shape.type === type || program.shape.type === 'any';
    return isExpected ? { program } : { problem: wrongType };
  } catch (failure) {
    return { problem: failed + errorText(failure) };
  }
}
