import type { KindClient } from '../client/kind-client.ts';
import type { Selection } from '../client/object-client.ts';
import type { Clock } from '../clock/clock.ts';
import { hasCode } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { Log } from '../log/log.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { backoffMs } from './backoff.ts';

/** Called with the current state of an object, or with its last state if it is gone. */
export type ChangeHandler<T> = (object: T, isGone: boolean) => void;

/**
 * A local copy of the objects of a kind, or of selected ones. It is listed once, then kept up to date by a watch, and
 * may be shared.
 */
export class Informer<T extends KubeObject> {
  readonly #client: KindClient<T>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #selection: Selection;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #listHandlers: ((resourceVersion: string) => void)[] = [];
  readonly #synced = Promise.withResolvers<void>();
  #objects = new Map<string, T>();
  #isSynced = false;

  constructor(client: KindClient<T>, clock: Clock, log: Log, selection: Selection = {}) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#selection = selection;
  }

  /** Resolves once the first list is complete. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the first list is complete, for those who do not want to wait in vain. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Calls the handler when all that was there at a version of the store has been told. */
  onListed(handler: (resourceVersion: string) => void): void {
    this.#listHandlers.push(handler);
  }

  /** Returns an object by its key, `namespace/name`. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Follows the changes until `signal` aborts. A watch that breaks is started again. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        const resourceVersion = await this.#relist(signal);
        failures = 0;
        await this.#follow(resourceVersion, signal);
      } catch (failure) {
        if (signal.aborted) return;
        if (hasCode(failure, 'REVISION_TOO_OLD')) continue;
        failures += 1;
        this.#log('warning', 'watch failed', { kind: this.#client.kind, error: errorText(failure) });
        await this.#clock.sleep(backoffMs(failures), signal).catch(() => {});
      }
    }
  }

  async #relist(signal: AbortSignal): Promise<string> {
    const { resourceVersion, items } = await this.#client.list({ ...this.#selection, signal });
    const before = this.#objects;
    this.#objects = new Map(items.map((object) => [informerKey(object), object]));
    for (const [key, object] of this.#objects)
      if (before.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#tell(object, false);
    for (const [key, object] of before) if (!this.#objects.has(key)) this.#tell(object, true);
    for (const handler of this.#listHandlers) handler(resourceVersion);
    this.#isSynced = true;
    this.#synced.resolve();
    return resourceVersion;
  }

  async #follow(resourceVersion: string, signal: AbortSignal): Promise<void> {
    for await (const event of this.#client.watch({ ...this.#selection, resourceVersion, signal })) {
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

export const informerKey = ({ metadata: { namespace, name } }: KubeObject): string => `${namespace}/${name}`;
