import type { KubeObject } from '../../object/kube-object.ts';
import { inVersion } from '../conversion.ts';
import { apiVersionOf } from '../group-version-resource.ts';
import type { ServedKind } from './served-kind.ts';

/**
 * Returns stored objects in the version of a kind, with the defaults that it has today: those of a defined kind may
 * have been others when an object was written.
 */
export async function served(
  kind: ServedKind,
  objects: readonly KubeObject[],
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const apiVersion = apiVersionOf(kind);
  const { conversion, withDefaults = (object) => object } = kind;
  if (!conversion) return objects;
  const converted = await inVersion(conversion, objects, apiVersion, signal);
  return converted.map(withDefaults);
}

/** Returns an object of a kind in the version that is stored. */
export async function storable(
  { conversion }: ServedKind,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<KubeObject> {
  if (!conversion) return object;
  return (await inVersion(conversion, [object], conversion.storedAs, signal))[0]!;
}
