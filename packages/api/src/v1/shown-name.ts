import { isDnsLabel, isPathSegment } from '@ignite/toolkit/object/name';

/** What is known by a name. */
export interface Named {
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/**
 * Pure. Returns the name by which people know an object: the reference of an image or a kernel, and the name
 * of any other object.
 */
export const shownName = (object: Named): string => referenceOf(object) ?? object.metadata.name;

/**
 * Pure. Returns the name by which commands tell an object from all others of its kind: `web`, or `prod/web` in
 * another namespace than the default one.
 */
export const fullName = (object: Named): string => withNamespace(shownName(object), object);

/** Pure. Returns the names by which a command may be asked for an object: `web` of the default namespace is `default/web` too. */
export const fullNames = (object: Named): readonly string[] =>
  [shownName(object), object.metadata.name].flatMap((name) => {
    const { namespace } = object.metadata;
    return namespace === 'default' ? [name, `${namespace}/${name}`] : [withNamespace(name, object)];
  });

/** Pure. Returns what a full name means, for objects whose own names have no slash. */
export function keyOfFullName(text: string): Required<Named['metadata']> {
  const at = text.indexOf('/');
  return { namespace: at === -1 ? 'default' : text.slice(0, at), name: text.slice(at + 1) };
}

function withNamespace(name: string, { metadata: { namespace = '' } }: Named): string {
  return isUsual(namespace) ? name : `${namespace}/${name}`;
}

/**
 * Pure. Returns the name that an object has outside of the store: in the DNS of its networks, and for its folders
 * and locks. It is `web`, or `web.prod` in another namespace than the default one.
 */
export function nameOnHost({ namespace = '', name }: Named['metadata']): string {
  return isUsual(namespace) ? name : `${name}.${namespace}`;
}

/**
 * Pure. Tells whether no other object of its kind has the same `nameOnHost`, and it is one name in a folder. A shared store
 * may hold objects of other names.
 */
export const isNamedForHost = ({ namespace = '', name }: Named['metadata']): boolean =>
  isDnsLabel(name) && (isUsual(namespace) || isPathSegment(namespace));

const isUsual = (namespace: string): boolean => namespace === '' || namespace === 'default';

function referenceOf({ kind, spec }: Named): string | undefined {
  if (kind !== 'Image' && kind !== 'Kernel') return undefined;
  return (spec as { readonly reference?: string }).reference;
}
