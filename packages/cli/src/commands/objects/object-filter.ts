import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Flag } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import type { ViewContext } from '@ignite/legacy/go-view/view-context';

/** The short keys of a kind, with what an object has there; `wanted` is what it is compared with. */
export type FilterKeys<T> = Readonly<Record<string, (object: T, wanted: string) => string>>;

interface Filter {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  /** As it was written. */
  readonly text: string;
}

export const filterFlag = (keys: string): Flag => ({
  type: 'list',
  short: 'f',
  value: 'KEY=VALUE',
  help: `filter by ${keys} or "{{.path}}=value", using =, ==, !=, =~ or !~; all filters must match`,
});

/**
 * The filters of a command line: `KEY=VALUE` or, as in the original, `{{.Path}}=VALUE`; several with commas between.
 * @throws CodedError USAGE_INVALID
 */
export function parseFilters(texts: readonly string[], keys: readonly string[]): readonly Filter[] {
  return texts.flatMap(splitItems).map((text) => parseFilter(text, keys));
}

/** Cuts at commas, but not at those inside an action. */
const splitItems = (text: string): readonly string[] => text.split(/,(?!(?:(?!\{\{)[^])*\}\})/);

function parseFilter(text: string, keys: readonly string[]): Filter {
  const match = /^(\{\{.*?\}\}|[a-z]+)(==|=~|!=|!~|=)(.*)$/s.exec(text);
  const [, key = '', operator = '', value = ''] = match ?? [];
  const examples = `${keys.map((each) => `${each}=…`).join(', ')} or "{{.Spec.CPUs}}=2"`;
  if (!match) throw usageError(`--filter: ${JSON.stringify(text)} is not KEY=VALUE`, `use ${examples}`);
  if (!key.startsWith('{{') && !keys.includes(key))
    throw usageError(
      `--filter: unknown key ${JSON.stringify(key)} in ${JSON.stringify(text)}`,
      `use ${examples}`,
    );
  return { key, operator, value, text };
}

/** Those of `objects` that every filter fits. @throws CodedError USAGE_INVALID for a template that does not */
export async function applyFilters<T extends KubeObject>(
  objects: readonly T[],
  filters: readonly Filter[],
  keys: FilterKeys<T>,
  context: () => Promise<ViewContext>,
): Promise<readonly T[]> {
  if (filters.length === 0) return objects;
  const valueOf = filters.some(({ key }) => key.startsWith('{{'))
    ? await templateValues(filters, context)
    : undefined;
  return objects.filter((object) =>
    filters.every((filter) => {
      const { key, value } = filter;
      return fits(filter, keys[key] ? keys[key](object, value) : (valueOf?.(filter, object) ?? ''));
    }),
  );
}

function fits({ operator, value }: Filter, found: string): boolean {
  const isFit = operator.endsWith('~') ? found.includes(value) : found === value;
  return operator.startsWith('!') ? !isFit : isFit;
}

/** The engine is loaded for those who use it: a listing shall not wait for it. */
async function templateValues(
  filters: readonly Filter[],
  context: () => Promise<ViewContext>,
): Promise<(filter: Filter, object: KubeObject) => string> {
  const [{ objectRenderer }, known] = await Promise.all([import('../../render/template.ts'), context()]);
  const renderers = new Map(
    filters
      .filter(({ key }) => key.startsWith('{{'))
      .map((filter) => [filter, objectRenderer(`--filter ${JSON.stringify(filter.text)}`, filter.key)]),
  );
  return (filter, object) => renderers.get(filter)!(object, known);
}
