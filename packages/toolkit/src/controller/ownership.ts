import {
  foregroundFinalizer as foreground,
  orphanFinalizer as orphan,
} from '../client/over-store/deletion.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';

/** Knows who owns whom, and so of which changes there can be garbage. Objects themselves are not kept. */
export class Ownership {
  /** The owners of objects that have some, by their uids. */
  readonly #ownersOf = new Map<string, readonly OwnerReference[]>();
  /** The number of dependents of each owner, by its uid. */
  readonly #dependents = new Map<string, number>();
  /** The uids of owners that go after their dependents. */
  readonly #waiting = new Set<string>();

  /** Learns what an object is now, and tells whether there can be garbage because of that. */
  learn({ metadata }: KubeObject): boolean {
    const { uid, ownerReferences = [], finalizers, deletionTimestamp } = metadata;
    const before = this.#ownersOf.get(uid) ?? [];
    const isOwnedAnew = !isSame(before, ownerReferences);
    if (isOwnedAnew) this.#setOwners(uid, before, ownerReferences);
    const isLeaving = deletionTimestamp !== undefined;
    if (isLeaving && finalizers.includes(foreground)) this.#waiting.add(uid);
    else this.#waiting.delete(uid);
    return isOwnedAnew || (isLeaving && (finalizers.includes(foreground) || finalizers.includes(orphan)));
  }

  /** Forgets an object that is gone, and tells whether there can be garbage because of that. */
  forget({ metadata: { uid } }: KubeObject): boolean {
    const owners = this.#ownersOf.get(uid) ?? [];
    this.#setOwners(uid, owners, []);
    this.#waiting.delete(uid);
    return this.#dependents.has(uid) || owners.some((owner) => this.#waiting.has(owner.uid));
  }

  #setOwners(uid: string, before: readonly OwnerReference[], now: readonly OwnerReference[]): void {
    if (now.length > 0) this.#ownersOf.set(uid, now);
    else this.#ownersOf.delete(uid);
    for (const owner of before) this.#count(owner.uid, -1);
    for (const owner of now) this.#count(owner.uid, 1);
  }

  #count(owner: string, by: 1 | -1): void {
    const count = (this.#dependents.get(owner) ?? 0) + by;
    if (count > 0) this.#dependents.set(owner, count);
    else this.#dependents.delete(owner);
  }
}

const isSame = (some: readonly OwnerReference[], others: readonly OwnerReference[]): boolean =>
  some.length === others.length &&
  some.every(
    ({ uid, blockOwnerDeletion }, at) =>
      uid === others[at]!.uid && blockOwnerDeletion === others[at]!.blockOwnerDeletion,
  );
