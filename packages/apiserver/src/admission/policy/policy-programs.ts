import { errorText } from '@ignite/toolkit/errors/error-text';
import { type CelProgram, celProgram } from '../../cel/cel-program.ts';
import { type CelShape, anyShape } from '../../cel/cel-shape.ts';
import type { Policy } from './policy.ts';

/** The expressions of a policy that can be evaluated. Those with faults are left out. */
export interface PolicyPrograms {
  readonly matchConditions: readonly (CelProgram | undefined)[];
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly validations: readonly ValidationPrograms[];
  readonly auditAnnotations: readonly (CelProgram | undefined)[];
  readonly faults: readonly ExpressionFault[];
}

export interface ValidationPrograms {
  readonly expression: CelProgram | undefined;
  readonly message: CelProgram | undefined;
}

/** What is wrong with an expression. */
export interface ExpressionFault {
  /** Where it is, such as `spec.validations[0].expression`. */
  readonly field: string;
  readonly expression: string;
  readonly problem: string;
}

/** What is known of the objects that a policy is about, and of those of its `paramKind`. */
export interface PolicyShapes {
  readonly object: CelShape;
  readonly params: CelShape;
}

const text: CelShape = { type: 'string' };
const fields = (shapes: Readonly<Record<string, CelShape>>): CelShape => ({ type: 'object', fields: shapes });
const texts = (...names: readonly string[]): CelShape =>
  fields(Object.fromEntries(names.map((name) => [name, text])));

const kindShape = texts('group', 'version', 'kind');
const resourceShape = texts('group', 'version', 'resource');

/** What expressions know of a request. Its objects are variables of their own. */
const requestShape = fields({
  kind: kindShape,
  resource: resourceShape,
  subResource: text,
  requestKind: kindShape,
  requestResource: resourceShape,
  requestSubResource: text,
  name: text,
  namespace: text,
  operation: text,
  userInfo: fields({
    username: text,
    uid: text,
    groups: { type: 'list', items: text },
    extra: { type: 'map', values: { type: 'list', items: text } },
  }),
  dryRun: { type: 'bool' },
  options: anyShape,
});

/** Pure. Compiles the expressions of a policy. A variable may use those before it. */
export function policyPrograms({ spec }: Policy, { object, params }: PolicyShapes): PolicyPrograms {
  const faults: ExpressionFault[] = [];
  const input = {
    object,
    oldObject: object,
    request: requestShape,
    ...(spec.paramKind && { params }),
  };
  const judging = { ...input, namespaceObject: anyShape, authorizer: anyShape };
  const compiled = (
    field: string,
    expression: string,
    types: readonly CelShape['type'][],
    variables: Readonly<Record<string, CelShape>>,
  ): CelProgram | undefined => {
    try {
      const program = celProgram(expression, variables);
      if (isOfType(program, types)) return program;
      faults.push({ field, expression, problem: wrongType(program, types) });
    } catch (failure) {
      faults.push({ field, expression, problem: `compilation failed: ${errorText(failure)}` });
    }
    return undefined;
  };
  const matchConditions = (spec.matchConditions ?? []).map(({ expression }, at) =>
    compiled(`spec.matchConditions[${at}].expression`, expression, ['bool'], {
      ...input,
      authorizer: anyShape,
    }),
  );
  const variables = new Map<string, CelProgram>();
  const known = new Map<string, CelShape>();
  const withVariables = (others: Readonly<Record<string, CelShape>>) =>
    spec.variables ? { ...others, variables: fields(Object.fromEntries(known)) } : others;
  for (const [at, { name, expression }] of (spec.variables ?? []).entries()) {
    const program = compiled(`spec.variables[${at}].expression`, expression, [], withVariables(judging));
    if (!program) continue;
    variables.set(name, program);
    known.set(name, program.shape);
  }
  const { authorizer: _authorizer, ...telling } = judging;
  const validations = (spec.validations ?? []).map(({ expression, messageExpression }, at) => ({
    expression: compiled(`spec.validations[${at}].expression`, expression, ['bool'], withVariables(judging)),
    message:
      messageExpression === undefined || messageExpression === ''
        ? undefined
        : compiled(
            `spec.validations[${at}].messageExpression`,
            messageExpression,
            ['string'],
            withVariables(telling),
          ),
  }));
  const auditAnnotations = (spec.auditAnnotations ?? []).map(({ valueExpression }, at) =>
    compiled(
      `spec.auditAnnotations[${at}].valueExpression`,
      valueExpression,
      ['string', 'null_type'],
      withVariables(judging),
    ),
  );
  return { matchConditions, variables, validations, auditAnnotations, faults };
}

const isOfType = ({ shape: { type } }: CelProgram, types: readonly CelShape['type'][]): boolean =>
  types.length === 0 || type === 'any' || types.includes(type);

function wrongType({ shape: { type } }: CelProgram, types: readonly CelShape['type'][]): string {
  const [only = ''] = types;
  const wanted = types.length === 1 ? only : `one of [${types.join(' ')}]`;
  return `must evaluate to ${wanted} but got ${type}`;
}

const untyped: PolicyShapes = { object: anyShape, params: anyShape };
const compiledBefore = new WeakMap<Policy, PolicyPrograms>();

/** Returns the programs of a policy, which are compiled once. */
export function programsOf(policy: Policy): PolicyPrograms {
  const programs = compiledBefore.get(policy) ?? policyPrograms(policy, untyped);
  compiledBefore.set(policy, programs);
  return programs;
}
