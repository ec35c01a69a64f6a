import { usageError } from '../arguments/usage-error.ts';

/**
 * Renders a template in the style of Docker's --format: `{{.metadata.name}}`, keys in any case, and `{{json .}}`.
 * @throws CodedError USAGE_INVALID for a path that is not there
 */
export function renderTemplate(template: string, object: unknown): string {
  return template.replaceAll(
    /\{\{\s*(json\s+)?\.([\w.-]*)\s*\}\}|\{\{.*?\}\}/g,
    (whole, json: string | undefined, path: string | undefined) => {
      if (path === undefined)
        throw usageError(`--format: ${whole} is not understood`, 'write {{.metadata.name}} or {{json .}}');
      const value =
        path === '' ? object : path.split('.').reduce((at, key) => member(at, key, whole), object);
      if (json !== undefined) return JSON.stringify(value);
      if (value === undefined || value === null) return '<nil>';
      return typeof value === 'string' ? value : JSON.stringify(value);
    },
  );
}

const shorthands: Readonly<Record<string, readonly string[]>> = {
  name: ['metadata', 'name'],
  uid: ['metadata', 'uid'],
  id: ['metadata', 'uid'],
  labels: ['metadata', 'labels'],
};

function member(value: unknown, key: string, whole: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).find(([name]) => name.toLowerCase() === key.toLowerCase());
  if (found) return found[1];
  const [first, second] = shorthands[key.toLowerCase()] ?? [];
  if (first !== undefined && second !== undefined && first in value)
    return member(member(value, first, whole), second, whole);
  if (Object.keys(value).length > 0 && 'metadata' in value)
    throw usageError(`--format: there is no field in ${whole}`, 'see the fields with "-o json"');
  return undefined;
}
