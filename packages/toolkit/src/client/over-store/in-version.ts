import type { KubeObject } from '../../object/kube-object.ts';
import { inVersion } from '../conversion.ts';
import { apiVersionOf } from '../group-version-resource.ts';
import type { ServedKind } from './served-kind.ts';

/** Returns stored objects in the version of a kind. */
export async function served(
  kind: ServedKind,
  objects: readonly KubeObject[],
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const apiVersion = apiVersionOf(kind);
  const { conversion, withDefaults = (object) => object } = kind;
  if (!conversion) return objects;
  const converted = await inVersion(conversion, objects, apiVersion, signal);
  return converted.map((object, at) => (object === objects[at] ? object : withDefaults(object)));
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
