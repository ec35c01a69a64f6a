import type { KubeObject } from '../../object/kube-object.ts';
import type { ListResult, CallOptions as StoreCallOptions, StoreReader } from '../../store/store.ts';
import type { GroupVersionResource } from '../group-version-resource.ts';
import type {
  CallOptions,
  ListOptions,
  ObjectList,
  ObjectReader,
  Selection,
  WatchEvent,
  WatchOptions,
} from '../object-client.ts';
import { unknownResource } from '../object-error.ts';
import { served } from './in-version.ts';
import { listPage } from './list-page.ts';
import { SelectedChanges } from './selected-changes.ts';
import { checkSelection, fixedPart, isSelected, storeSelector } from './selection.ts';
import { type ServedKind, servedKindAt } from './served-kind.ts';

/** Lists and watches the objects in a store. It needs no schema, so a program that only reads loads it quickly. */
export class StoreObjectReader implements ObjectReader {
  readonly #store: StoreReader;
  readonly #kinds: () => readonly ServedKind[];

  constructor(store: StoreReader, kinds: () => readonly ServedKind[]) {
    this.#store = store;
    this.#kinds = kinds;
  }

  async list(resource: GroupVersionResource, options: ListOptions = {}): Promise<ObjectList> {
    const kind = servedKindAt(resource, this.#kinds());
    checkSelection(kind, options);
    const { revision, items } = await this.#list(kind, options, options);
    const selected = items.filter((object) => isSelected(object, options));
    return listPage(selected, revision, options);
  }

  async *watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    const kind = servedKindAt(resource, this.#kinds());
    checkSelection(kind, options);
    try {
      const changes = new SelectedChanges(options);
      let from = options.resourceVersion;
      if (from === undefined) {
        const { revision, items } = await this.#list(kind, fixedPart(options), options);
        for (const object of changes.begin(items)) yield { type: 'ADDED', object };
        yield { type: 'BOOKMARK', resourceVersion: revision, endsInitialEvents: true };
        from = revision;
      }
      for await (const event of this.#store.watch(kind, from, options.signal)) {
        if (event.type === 'BOOKMARK') {
          yield bookmark(event.revision);
          continue;
        }
        const object = shown(kind, event.object, options);
        // To await what is there already would put off each of the events of a turn.
        const told = changes.next({
          type: event.type,
          object: object instanceof Promise ? await object : object,
        });
        if (told) yield told;
      }
    } catch (failure) {
      if (!options.signal.aborted) throw failure;
    }
  }

  async #list(kind: ServedKind, selection: Selection, call: CallOptions): Promise<ListResult> {
    if (selection.namespace && !kind.isNamespaced) throw unknownResource(kind);
    const { conversion } = kind;
    // Other fields are those of the version that is asked for, which a store does not know.
    const asked = conversion ? { ...selection, fields: fixedPart(selection).fields } : selection;
    const { items, ...rest } = await this.#store.list(kind, storeSelector(asked), callOf(call));
    return { ...rest, items: await served(kind, items, call.signal) };
  }
}

const bookmark = (resourceVersion: string): WatchEvent => ({
  type: 'BOOKMARK',
  resourceVersion,
  endsInitialEvents: false,
});

/** Returns a stored object in the version of its kind. */
export const shown = (
  kind: ServedKind,
  object: KubeObject,
  { signal }: CallOptions,
): KubeObject | Promise<KubeObject> =>
  kind.conversion ? served(kind, [object], signal).then(([only]) => only!) : object;

export function callOf({ signal }: CallOptions): StoreCallOptions {
  signal?.throwIfAborted();
  return signal ? { signal } : {};
}
