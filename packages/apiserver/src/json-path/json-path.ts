import { isDeepStrictEqual } from 'node:util';
import { fieldOf, isRecord } from '../structural-schema/json-record.ts';
import { type JsonPathStep, parseJsonPath } from './parse-json-path.ts';

/**
 * Returns the values that a path leads to, such as `.status.conditions[?(@.type=="Ready")].status`; none if the
 * path is malformed. Printer columns and the scale subresource have such paths (kubectl: JSONPath).
 */
export const valuesAt = (object: unknown, path: string): readonly unknown[] => {
  const steps = parseJsonPath(path);
  return steps ? follow([object], steps) : [];
};

const follow = (values: readonly unknown[], steps: readonly JsonPathStep[]): readonly unknown[] =>
  steps.reduce<readonly unknown[]>((found, step) => found.flatMap((value) => take(value, step)), values);

function take(value: unknown, step: JsonPathStep): readonly unknown[] {
  switch (step.type) {
    case 'field': {
      const field = isRecord(value) ? fieldOf(value, step.name) : undefined;
      return field === undefined ? [] : [field];
    }
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, step) : [];
    case 'all':
      return childrenOf(value);
    case 'descend':
      return withDescendants(value);
    case 'filter':
      return childrenOf(value).filter((child) => fits(child, step));
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return isRecord(value) ? Object.values(value) : [];
}

const withDescendants = (value: unknown): readonly unknown[] => [
  value,
  ...childrenOf(value).flatMap(withDescendants),
];

function sliceOf(
  items: readonly unknown[],
  { from, to, every }: Extract<JsonPathStep, { readonly type: 'slice' }>,
): readonly unknown[] {
  return items.slice(from, to).filter((_, at) => at % every === 0);
}

function fits(
  value: unknown,
  { path, comparison, literal }: Extract<JsonPathStep, { readonly type: 'filter' }>,
): boolean {
  const [found, ...more] = follow([value], path);
  if (comparison === undefined) return found !== undefined;
  if (found === undefined || more.length > 0) return false;
  return compares(found, comparison, literal);
}

function compares(found: unknown, comparison: string, literal: unknown): boolean {
  if (comparison === '==') return isDeepStrictEqual(found, literal);
  if (comparison === '!=') return !isDeepStrictEqual(found, literal);
  if (typeof found === 'number' && typeof literal === 'number') return isInOrder(found - literal, comparison);
  if (typeof found === 'string' && typeof literal === 'string')
    return isInOrder(found < literal ? -1 : Number(found > literal), comparison);
  return false;
}

function isInOrder(difference: number, comparison: string): boolean {
  if (difference === 0) return comparison.endsWith('=');
  return comparison.startsWith(difference < 0 ? '<' : '>');
}
