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
 * Writes a key as people and annotations name an object: `VM/web`, or `VM/prod/web` in another namespace than
 * the default one.
 */
export const keyText = ({ kind, namespace, name }: ObjectKey): string =>
  namespace === 'default' || namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
