import { defaultNamespace } from '../core/resources/namespace.ts';
import { CodedError } from '../errors/coded-error.ts';
import { type ObjectKey, keyText, objectKey } from '../object/object-key.ts';
import type { Action } from './action.ts';
import type { LiveObject } from './actuator.ts';

const isOfNamespaces = ({ kind }: ObjectKey): boolean => kind === 'Namespace';

/**
 * Pure. Holds the deletions of namespaces in which something remains that must not go with them, since nobody has
 * declared that it goes.
 */
export function holdNamespaces(deletions: readonly Action[], live: readonly LiveObject[]): readonly Action[] {
  if (!deletions.some(({ key }) => isOfNamespaces(key))) return deletions;
  const going = new Set(deletions.filter(({ held }) => held === undefined).map(({ key }) => keyText(key)));
  const staying = live
    .filter(({ keepsNamespace, isLeaving }) => keepsNamespace && !isLeaving)
    .map(objectKey)
    .filter((key) => !going.has(keyText(key)));
  return deletions.map((deletion) => {
    const { key, held } = deletion;
    if (held !== undefined || !isOfNamespaces(key)) return deletion;
    const within = staying.filter(({ namespace }) => namespace === key.name);
    if (key.name === defaultNamespace) return { ...deletion, held: 'this namespace may not be deleted' };
    return within.length === 0
      ? deletion
      : { ...deletion, held: `it holds ${someOf(within)}; ${howToEmpty(key.name)}` };
  });
}

/** The error for a namespace that would take what is in it with it. */
export const namespaceInUse = (name: string, contents: readonly ObjectKey[]): CodedError =>
  new CodedError('NAMESPACE_IN_USE', `namespace "${name}" holds ${someOf(contents)}`, {
    hint: howToEmpty(name),
  });

const howToEmpty = (name: string): string =>
  `remove what it holds first; "kubectl delete namespace ${name}" removes everything with it`;

function someOf(contents: readonly ObjectKey[]): string {
  const [first, ...more] = contents.map(keyText).toSorted();
  return more.length === 0 ? first! : `${first} and ${more.length} more`;
}
