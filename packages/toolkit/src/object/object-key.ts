/** Identifies a declared object, whatever version or file it comes from. */
export interface ObjectKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface Keyed {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

export const objectKey = ({ kind, metadata }: Keyed): ObjectKey => ({
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
});

/**
 * Writes a key as people and annotations name an object: `VM/web`, or `VM/prod/web` outside the default
 * namespace.
 */
export const keyText = ({ kind, namespace, name }: ObjectKey): string =>
  namespace === 'default' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
