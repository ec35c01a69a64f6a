import { type CelProgram, celProgram } from '../cel/cel-program.ts';
import { anyShape } from '../cel/cel-shape.ts';
import { plainValue } from '../cel/plain-value.ts';
import type { TimeBudget } from '../cel/time-budget.ts';

const variables = { object: anyShape, oldObject: anyShape, request: anyShape };

const compiled = new Map<string, CelProgram>();
const mostCompiled = 1_000;

/**
 * Returns the program of a condition.
 * @throws Error if it is none
 */
export function conditionProgram(expression: string): CelProgram {
  const known = compiled.get(expression) ?? celProgram(expression, variables);
  if (!['bool', 'any'].includes(known.shape.type)) throw new Error('must evaluate to bool');
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(expression, known);
  return known;
}

/** What a condition is about, as JSON. */
export type ConditionSubject = Readonly<Record<keyof typeof variables, unknown>>;

/**
 * Tells whether a condition is true.
 * @throws Error if it cannot be judged, or not in time
 */
export function isMet(
  expression: string,
  { object, oldObject, request }: ConditionSubject,
  time: TimeBudget,
): boolean {
  const program = conditionProgram(expression);
  const given = {
    object: plainValue(object),
    oldObject: plainValue(oldObject),
    request: plainValue(request),
  };
  const result = time.within(() => program.evaluate(given));
  if (result === 'TIMED_OUT') throw new Error('the expression takes too long');
  return result === true;
}
