import { badRequest } from './object-error.ts';

/** One requirement of a field selector, such as `spec.hostName=a`. */
export interface FieldRequirement {
  /** The path of the field, such as `metadata.name`. */
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Pure. A field that is absent counts as empty. */
export function matchesFields(object: unknown, requirements: readonly FieldRequirement[]): boolean {
  return requirements.every(
    ({ field, operator, value }) => (fieldText(object, field) === value) === (operator === '='),
  );
}

/** Pure. Writes a selector as Kubernetes does, with its escapes. */
export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${value.replaceAll(/[\\,=]/g, '\\$&')}`)
    .join(',');
}

const requirement = /^(?<field>[^=!\\]+)(?<operator>==?|!=)(?<value>(?:\\[\\,=]|[^\\,=])*)$/;

/**
 * Pure. Reads a selector as Kubernetes writes it: `a.b=x, c!=y`, with a backslash before what is no separator.
 * @throws ObjectError BAD_REQUEST
 */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  return (text.match(/(?:\\.|[^\\,])+/g) ?? []).map((part) => {
    const found = requirement.exec(part.trim())?.groups;
    if (!found) throw badRequest(`"${part.trim()}" is not a requirement of a field selector`);
    return {
      field: found['field']!,
      operator: found['operator'] === '!=' ? '!=' : '=',
      value: found['value']!.replaceAll(/\\(.)/g, '$1'),
    };
  });
}

function fieldText(object: unknown, path: string): string {
  let at = object;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return '';
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : '';
}
