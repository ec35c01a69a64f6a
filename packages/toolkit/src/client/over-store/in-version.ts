import type { KubeObject } from '../../object/kube-object.ts';
import { apiVersionOf } from '../group-version-resource.ts';
import type { Conversion } from './conversion.ts';
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

/** Objects of the version stay as they are. */
async function inVersion(
  { convert }: Conversion,
  objects: readonly KubeObject[],
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const others = objects.filter((object) => object.apiVersion !== apiVersion);
  if (others.length === 0) return objects;
  const converted = await convert(others, apiVersion, signal);
  const of = new Map(others.map((object, at) => [object, converted[at]!]));
  return objects.map((object) => of.get(object) ?? object);
}
