import type { GroupVersionResource, ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type {
  CallOptions,
  ListOptions,
  ObjectClient,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from '@ignite/toolkit/client/object-client';
import { listPage } from '@ignite/toolkit/client/over-store/list-page';
import { SelectedChanges } from '@ignite/toolkit/client/over-store/selected-changes';
import { fixedPart, isSelected } from '@ignite/toolkit/client/over-store/selection';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ObjectReader } from './read-only.ts';

/** Pure. Returns an object as it is shown, with the namespace, the name, the uid and the version that it has. */
export type Showing = (object: KubeObject) => KubeObject;

/** How objects of one kind are made, each from one of another kind. */
export interface Derivation {
  /** The kind from which they are made. */
  readonly from: GroupVersionResource;
  /** Reads what else is needed when a request begins, and returns what shows each object. */
  readonly showing: (client: ObjectClient, options: CallOptions) => Promise<Showing>;
}

/** Reads objects that are each made from another one, which has the same namespace, name and version. */
export class DerivedObjects implements ObjectReader {
  readonly #client: ObjectClient;
  readonly #derivation: Derivation;

  constructor(client: ObjectClient, derivation: Derivation) {
    this.#client = client;
    this.#derivation = derivation;
  }

  async get({ namespace, name }: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
    const { from, showing } = this.#derivation;
    const object = await this.#client.get({ ...from, namespace, name }, options);
    return (await showing(this.#client, options))(object);
  }

  async list(_resource: GroupVersionResource, options: ListOptions = {}): Promise<ObjectList> {
    const { from, showing } = this.#derivation;
    const { signal } = options;
    const shown = await showing(this.#client, { signal });
    const { items, resourceVersion } = await this.#client.list(from, { ...fixedPart(options), signal });
    const selected = items.map(shown).filter((object) => isSelected(object, options));
    return listPage(selected, resourceVersion, options);
  }

  async *watch(_resource: GroupVersionResource, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { from, showing } = this.#derivation;
    const { signal, resourceVersion } = options;
    const shown = await showing(this.#client, { signal });
    const changes = new SelectedChanges(options);
    for await (const event of this.#client.watch(from, { ...fixedPart(options), resourceVersion, signal })) {
      const told =
        event.type === 'BOOKMARK' ? event : changes.next({ ...event, object: shown(event.object) });
      if (told) yield told;
    }
  }
}
