import { evaluate } from './evaluator.ts';
import { parse } from './parser.ts';
import type { GoValue } from './value.ts';

/**
 * Reads a template in the syntax of Go's text/template (pkg.go.dev/text/template). `name` is what errors call it; what is
 * returned renders data, as often as it is called.
 * @throws TemplateError also from what is returned
 */
export function parseTemplate(name: string, text: string): (data: GoValue) => string {
  const source = { name, text };
  const parsed = parse(source);
  return (data) => evaluate(source, parsed, data);
}
