import { type GroupVersionResource, resourceName } from '../client/group-version-resource.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { collectGarbage } from './garbage-collector.ts';
import { Ownership } from './ownership.ts';
import type { GarbageKind } from './plan-garbage.ts';

/** Collects garbage, but only when something has happened of which there can be some. */
export class GarbageWatch implements Disposable {
  readonly #client: ObjectClient;
  readonly #kinds: () => readonly GarbageKind[];
  #changes: OwnershipChanges | undefined;

  /** @param kinds returns the kinds whose objects own others, or are owned, as they are now */
  constructor(client: ObjectClient, kinds: () => readonly GarbageKind[]) {
    this.#client = client;
    this.#kinds = kinds;
  }

  /**
   * Collects garbage if there can be some since the last time.
   * @throws what the list of a kind has failed with, after all was done that can be
   */
  async collect(signal: AbortSignal): Promise<void> {
    const kinds = this.#kinds();
    if (!this.#changes?.areSeen(kinds)) {
      this[Symbol.dispose]();
      this.#changes = new OwnershipChanges(this.#client, kinds);
      await this.#changes.begun;
    }
    if (!this.#changes.take()) return;
    try {
      await collectGarbage(this.#client, kinds, signal);
    } catch (failure) {
      this[Symbol.dispose]();
      throw failure;
    }
  }

  [Symbol.dispose](): void {
    this.#changes?.[Symbol.dispose]();
    this.#changes = undefined;
  }
}

/** The changes of which there can be garbage, in the objects of some kinds. */
class OwnershipChanges implements Disposable {
  /** Resolves when each kind is watched, or cannot be. */
  readonly begun: Promise<unknown>;
  readonly #of: string;
  readonly #ownership = new Ownership();
  readonly #stop = new AbortController();
  /** At first, nothing is known of what happened before. */
  #hasCome = true;
  /** Whether a kind cannot be watched any more. */
  #hasFailed = false;

  constructor(client: ObjectClient, kinds: readonly GarbageKind[]) {
    this.#of = namesOf(kinds);
    this.begun = Promise.all(kinds.map(async (kind) => await this.#begin(client, kind)));
  }

  /** Whether the changes of these kinds, and of no others, are seen. */
  areSeen(kinds: readonly GarbageKind[]): boolean {
    return !this.#hasFailed && this.#of === namesOf(kinds);
  }

  /** Tells whether a change has come since the last time. */
  take(): boolean {
    const hasCome = this.#hasCome;
    this.#hasCome = false;
    return hasCome;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Learns what there is of a kind, and goes on to follow its changes. */
  async #begin(client: ObjectClient, kind: GroupVersionResource): Promise<void> {
    const { signal } = this.#stop;
    try {
      const { items, resourceVersion } = await client.list(kind, { signal });
      for (const object of items) this.#ownership.learn(object);
      this.#follow(client, kind, resourceVersion).catch(() => this.#fail());
    } catch {
      this.#fail();
    }
  }

  async #follow(client: ObjectClient, kind: GroupVersionResource, resourceVersion: string): Promise<void> {
    const { signal } = this.#stop;
    for await (const event of client.watch(kind, { resourceVersion, signal })) {
      if (event.type === 'BOOKMARK') continue;
      const { type, object } = event;
      const isSign = type === 'DELETED' ? this.#ownership.forget(object) : this.#ownership.learn(object);
      this.#hasCome ||= isSign;
    }
    if (!signal.aborted) this.#fail(); // a server ends watches after a while
  }

  #fail(): void {
    this.#hasFailed = true;
  }
}

const namesOf = (kinds: readonly GroupVersionResource[]): string =>
  kinds.map((kind) => `${resourceName(kind)}/${kind.version}`).join(' ');
