import * as v from 'valibot';
import type { Manifest } from '../codec/manifest.ts';
import { groupOf, parseGroupKind } from '../object/group-kind.ts';

const definitionSchema = v.object({
  group: v.string(),
  names: v.object({ kind: v.string() }),
  scope: v.string(),
});

/**
 * Pure. Tells whether the kind of an object has namespaces, if the definition of the kind is declared beside it and the
 * server need not know it yet.
 */
export function declaredScope(
  { apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>,
  declared: readonly Manifest[],
): boolean | undefined {
  for (const { kind: each, spec } of declared) {
    if (each !== 'CustomResourceDefinition.apiextensions.k8s.io') continue;
    const { success, output } = v.safeParse(definitionSchema, spec);
    if (success && output.group === groupOf(apiVersion) && output.names.kind === parseGroupKind(kind).kind)
      return output.scope === 'Namespaced';
  }
  return undefined;
}
