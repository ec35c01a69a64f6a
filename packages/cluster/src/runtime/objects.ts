import {
  type ClientKind,
  KindClient,
  type KindKey,
  type NewOfKind,
} from '@ignite/toolkit/client/kind-client';
import { apiVersionOf, resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Log } from '@ignite/toolkit/log/log';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { CachedKind } from './cached-kind.ts';

export interface ObjectsOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Called with an object that has changed, or with its last state if it is gone. */
export type ObjectHandler = (object: KubeObject, isGone: boolean) => void;

/**
 * The objects that the controllers work on. They are read from local copies, which watches keep up to date and which
 * know at once what was written through here: a controller always sees what it has created. What is written on the
 * ground of an old copy is refused as a conflict, and is tried again. The objects of a kind are followed from the first
 * time on that somebody asks for one.
 */
export class Objects {
  readonly #options: ObjectsOptions;
  readonly #kinds = new Map<string, Promise<CachedKind>>();
  readonly #handlers: ObjectHandler[] = [];

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  /** The client itself, for what is read too seldom to be kept. */
  get client(): ObjectClient {
    return this.#options.client;
  }

  onChange(handler: ObjectHandler): void {
    this.#handlers.push(handler);
  }

  async get<T extends KubeObject>(kind: ClientKind<T>, key: Required<KindKey>): Promise<T | undefined> {
    const found = (await this.#cached(kind)).get(`${key.namespace}/${key.name}`);
    return found && kind.decode(found);
  }

  /** Returns the objects that have the label of a Cluster. */
  async ofCluster<T extends KubeObject>(kind: ClientKind<T>, cluster: KubeObject): Promise<readonly T[]> {
    return (await this.#cached(kind)).ofCluster(informerKey(cluster)).map(kind.decode);
  }

  /** Returns the objects in a namespace. */
  async inNamespace<T extends KubeObject>(kind: ClientKind<T>, namespace: string): Promise<readonly T[]> {
    return (await this.#cached(kind)).inNamespace(namespace).map(kind.decode);
  }

  /** Returns the objects in all namespaces. */
  async all<T extends KubeObject>(kind: ClientKind<T>): Promise<readonly T[]> {
    return (await this.#cached(kind)).all().map(kind.decode);
  }

  /** Returns the objects that an owner controls. */
  async controlledBy<T extends KubeObject>(kind: ClientKind<T>, owner: KubeObject): Promise<readonly T[]> {
    return (await this.#cached(kind)).controlledBy(owner.metadata.uid).map(kind.decode);
  }

  async create<T extends KubeObject>(kind: ClientKind<T>, object: NewOfKind): Promise<T> {
    const cached = await this.#cached(kind);
    const made = await this.#of(kind).create(object, this.#call);
    cached.put(made);
    return made;
  }

  /** Replaces an object, but for its status. Nothing is written if it is the one that is known. */
  async write<T extends KubeObject>(kind: ClientKind<T>, old: T, next: T): Promise<T> {
    if (next === old) return old;
    const cached = await this.#cached(kind);
    const written = await this.#of(kind).update(next, this.#call);
    const { deletionTimestamp, finalizers } = written.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0) cached.remove(written);
    else cached.put(written);
    return written;
  }

  async writeStatus<T extends KubeObject>(kind: ClientKind<T>, object: T): Promise<T> {
    const cached = await this.#cached(kind);
    const asStored = { ...object, apiVersion: apiVersionOf(kind) };
    const written = await this.#options.client.updateStatus(kind, asStored, this.#call);
    cached.put(written);
    return kind.decode(written);
  }

  /** Deletes an object, if it is not gone or being deleted already. */
  async delete(kind: ClientKind<KubeObject>, object: KubeObject): Promise<void> {
    if (object.metadata.deletionTimestamp !== undefined) return;
    const cached = await this.#cached(kind);
    const { namespace, name, uid } = object.metadata;
    const options = { ...this.#call, preconditions: { uid } };
    try {
      const { remaining } = await this.#options.client.delete({ ...kind, namespace, name }, options);
      if (remaining) cached.put(remaining);
      else cached.remove(object);
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND') && !hasCode(failure, 'CONFLICT')) throw failure;
    }
  }

  get #call(): { readonly signal: AbortSignal } {
    return { signal: this.#options.signal };
  }

  #of<T extends KubeObject>(kind: ClientKind<T>): KindClient<T> {
    return new KindClient(this.#options.client, kind);
  }

  #cached(kind: ClientKind<KubeObject>): Promise<CachedKind> {
    const name = resourceName(kind);
    const known = this.#kinds.get(name);
    if (known) return known;
    const opened = this.#follow(kind);
    this.#kinds.set(name, opened);
    return opened;
  }

  async #follow({ group, version, resource, kind }: ClientKind<KubeObject>): Promise<CachedKind> {
    const { client, clock, log, signal } = this.#options;
    const cached = new CachedKind();
    const asStored = { group, version, resource, kind, decode: (stored: KubeObject) => stored };
    const informer = new Informer(new KindClient(client, asStored), clock, log);
    const tell: ObjectHandler = (object, isGone) => {
      if (isGone) cached.remove(object);
      else cached.put(object);
      for (const handler of this.#handlers) handler(object, isGone);
    };
    informer.onChange(tell);
    // What was created here and deleted while the watch was broken, the watch has never known.
    informer.onListed((resourceVersion) => {
      for (const lost of cached.lost((key) => informer.get(key) !== undefined, resourceVersion))
        tell(lost, true);
    });
    void informer.run(signal);
    await Promise.race([informer.synced, aborted(signal)]);
    return cached;
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  signal.throwIfAborted();
  return await promise;
}
