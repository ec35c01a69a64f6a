/** What is known by a name. */
export interface Named {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

/**
 * Pure. Returns the name by which people know an object: the reference of an image or a kernel, and the name
 * of any other object.
 */
export const shownName = (object: Named): string => referenceOf(object) ?? object.metadata.name;

function referenceOf({ kind, spec }: Named): string | undefined {
  if (kind !== 'Image' && kind !== 'Kernel') return undefined;
  return (spec as { readonly reference?: string }).reference;
}
