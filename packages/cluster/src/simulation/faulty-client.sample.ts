import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type {
  NewObject,
  ObjectClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

export interface Faults {
  readonly random: () => number;
  /** How often a write fails, of which half were carried out although nobody hears of it. */
  readonly writes: number;
  /** Resolves when a change that was held up may be told. */
  readonly held: () => Promise<void>;
}

/** Loses writes and answers, and tells of changes late. It counts the calls. */
export class FaultyClient extends ForwardingClient {
  readonly #faults: Faults;
  calls = 0;
  /** False from the moment on when all is well again. */
  isFaulty = true;

  constructor(client: ObjectClient, faults: Faults) {
    super(() => client);
    this.#faults = faults;
  }

  override async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#lossy(async () => await super.create(resource, object, options));
  }

  override async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#lossy(async () => await super.update(resource, object, options));
  }

  override async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#lossy(async () => await super.updateStatus(resource, object, options));
  }

  override async *watch(resource: GroupVersionResource, options: WatchOptions): AsyncGenerator<WatchEvent> {
    for await (const event of super.watch(resource, options)) {
      if (event.type !== 'BOOKMARK') await this.#faults.held();
      yield event;
    }
  }

  async #lossy<T>(write: () => Promise<T>): Promise<T> {
    this.calls += 1;
    const fate = this.isFaulty ? this.#faults.random() : 1;
    if (fate < this.#faults.writes / 2) throw lost();
    const done = await write();
    if (fate < this.#faults.writes) throw lost();
    return done;
  }
}

const lost = (): ObjectError => new ObjectError('SERVER_UNREACHABLE', 'the answer was lost');
