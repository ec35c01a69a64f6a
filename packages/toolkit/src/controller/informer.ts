import type { Clock } from '../clock/clock.ts';
import { hasCode } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { Log } from '../log/log.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { KindReader } from '../store/kind-store.ts';
import { keyOf } from '../store/next-object.ts';
import type { ObjectKind } from '../store/object-kind.ts';
import type { Revision, StoreReader } from '../store/store.ts';
import { backoffMs } from './backoff.ts';

/** Called with the current state of an object, or with its last state if it is gone. */
export type ChangeHandler<T> = (object: T, isGone: boolean) => void;

/**
 * A local copy of all objects of a kind. It is listed once, then kept up to date by a watch, and may be
 * shared.
 */
export class Informer<T extends KubeObject> {
  readonly #objectsOf: KindReader<T>;
  readonly #kind: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #synced = Promise.withResolvers<void>();
  #objects = new Map<string, T>();

  constructor(store: StoreReader, kind: ObjectKind<T>, clock: Clock, log: Log) {
    this.#objectsOf = new KindReader(store, kind);
    this.#kind = kind.kind;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves once the first list is complete. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Returns an object by its key, `namespace/name`. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Follows the store until `signal` aborts. A watch that breaks is started again. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        const revision = await this.#relist();
        failures = 0;
        await this.#follow(revision, signal);
      } catch (failure) {
        if (signal.aborted) return;
        if (hasCode(failure, 'REVISION_TOO_OLD')) continue;
        failures += 1;
        this.#log('warning', 'watch failed', { kind: this.#kind, error: errorText(failure) });
        await this.#clock.sleep(backoffMs(failures), signal).catch(() => {});
      }
    }
  }

  async #relist(): Promise<Revision> {
    const { revision, items } = await this.#objectsOf.list();
    const before = this.#objects;
    this.#objects = new Map(items.map((object) => [informerKey(object), object]));
    for (const [key, object] of this.#objects)
      if (before.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#tell(object, false);
    for (const [key, object] of before) if (!this.#objects.has(key)) this.#tell(object, true);
    this.#synced.resolve();
    return revision;
  }

  async #follow(revision: Revision, signal: AbortSignal): Promise<void> {
    for await (const event of this.#objectsOf.watch(revision, signal)) {
      if (event.type === 'BOOKMARK') continue;
      const isGone = event.type === 'DELETED';
      if (isGone) this.#objects.delete(informerKey(event.object));
      else this.#objects.set(informerKey(event.object), event.object);
      this.#tell(event.object, isGone);
    }
  }

  #tell(object: T, isGone: boolean): void {
    for (const handler of this.#handlers) handler(object, isGone);
  }
}

export function informerKey(object: KubeObject): string {
  const { namespace, name } = keyOf(object);
  return `${namespace}/${name}`;
}
