import { Budget, type TemplateLimits } from './budget.ts';
import { evaluate } from './evaluator.ts';
import { functions } from './functions.ts';
import { parse } from './parser.ts';
import type { GoFunction, GoValue } from './value.ts';

export interface TemplateOptions {
  /** What may be called beside the functions of text/template and Docker. */
  readonly functions?: ReadonlyMap<string, GoFunction>;
  /** How much each rendering may do; without limits, as much as it likes. */
  readonly limits?: TemplateLimits;
}

/**
 * Reads a template in the syntax of Go's text/template (pkg.go.dev/text/template). `name` is what errors call it; what is
 * returned renders data, as often as it is called.
 * @throws TemplateError also from what is returned
 */
export function parseTemplate(
  name: string,
  text: string,
  { functions: further = new Map(), limits }: TemplateOptions = {},
): (data: GoValue) => string {
  const source = { name, text };
  const known = new Map([...functions, ...further]);
  const template = { ...parse(source, ['and', 'or', ...known.keys()]), functions: known };
  return (data) => evaluate(source, template, data, new Budget(limits));
}
