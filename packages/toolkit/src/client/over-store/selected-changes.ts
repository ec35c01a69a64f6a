import type { KubeObject } from '../../object/kube-object.ts';
import type { Selection, WatchEvent } from '../object-client.ts';
import { fixedPart, isSelected } from './selection.ts';

type Change = Exclude<WatchEvent, { readonly type: 'BOOKMARK' }>;

/**
 * Turns changes of all objects of a kind into changes of the selected ones: those that begin to match are
 * added, and those that cease to are deleted. An object whose past is not known counts as having matched.
 */
export class SelectedChanges {
  readonly #selection: Selection;
  readonly #fixed: Selection;
  /** Whether an object, by its uid, matched when it was seen last. */
  readonly #matched = new Map<string, boolean>();

  constructor(selection: Selection) {
    this.#selection = selection;
    this.#fixed = fixedPart(selection);
  }

  /** Learns what is there when a watch begins, and returns the selected objects. */
  begin(objects: readonly KubeObject[]): readonly KubeObject[] {
    return objects.filter((object) => this.#learn(object));
  }

  next({ type, object }: Change): Change | undefined {
    if (!isSelected(object, this.#fixed)) return undefined;
    const { uid } = object.metadata;
    const before = this.#matched.get(uid) ?? type !== 'ADDED';
    const now = this.#learn(object);
    if (type === 'DELETED') this.#matched.delete(uid);
    if (!before && !now) return undefined;
    if (type === 'DELETED') return before ? { type, object } : undefined;
    if (!now) return { type: 'DELETED', object };
    return { type: before ? 'MODIFIED' : 'ADDED', object };
  }

  #learn(object: KubeObject): boolean {
    const matches = isSelected(object, this.#selection);
    this.#matched.set(object.metadata.uid, matches);
    return matches;
  }
}
