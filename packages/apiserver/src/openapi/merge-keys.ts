import type { StructuralSchema } from '../structural-schema/structural-schema.ts';

/**
 * Pure. Returns a schema that tells clients which lists a strategic merge patch merges, and by which keys: kubectl
 * makes such patches by it. The dotted paths of the lists begin at the schema.
 */
export function withMergeKeys(
  schema: StructuralSchema,
  mergeKeys: Readonly<Record<string, string>>,
  path = '',
): StructuralSchema {
  const key = mergeKeys[path];
  const { properties } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [
          name,
          withMergeKeys(each, mergeKeys, path === '' ? name : `${path}.${name}`),
        ]),
      ),
    }),
    ...(key !== undefined && { 'x-kubernetes-patch-strategy': 'merge' }),
    ...(key !== undefined && key !== '' && { 'x-kubernetes-patch-merge-key': key }),
  };
}
