import { fieldOf } from '../json-record.ts';
import type { StructuralSchema } from '../structural-schema.ts';

const part = /\.([^.[\]']+)|\['((?:[^'\\]|\\.)*)'\]/y;

/** Tells whether a path, such as `.spec['a.b'].c`, leads to a field that a schema has. */
export function isRulePath(path: string, schema: StructuralSchema): boolean {
  let at = schema;
  part.lastIndex = 0;
  for (let end = 0; end < path.length; end = part.lastIndex) {
    const [, plain, quoted] = part.exec(path) ?? [];
    const name = plain ?? quoted?.replace(/\\(.)/g, '$1');
    if (name === undefined) return false;
    const next = schemaBelow(at, name);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

function schemaBelow(
  { properties, additionalProperties }: StructuralSchema,
  name: string,
): StructuralSchema | undefined {
  if (properties) return fieldOf(properties, name);
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
