import type { KubeObject } from '../object/kube-object.ts';

/** How objects of a kind become objects of its other versions. */
export interface Conversion {
  /** The group and version that is stored. */
  readonly storedAs: string;
  /** Returns objects, none of which is of that version yet, in a version. */
  readonly convert: (
    objects: readonly KubeObject[],
    apiVersion: string,
    signal: AbortSignal | undefined,
  ) => Promise<readonly KubeObject[]>;
}

/** Returns objects in a version. Those that are of it stay as they are. */
export async function inVersion(
  { convert }: Pick<Conversion, 'convert'>,
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
