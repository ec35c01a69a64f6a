import {
  type CoreV1Event,
  CustomObjectsApi,
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1ConfigMap,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { type Shelf, group } from './shelf.ts';

const apiVersion = `${group}/v1`;
const finalizer = `${group}/catalogue`;
const manager = 'librarian';
/** The catalogue of a namespace tells which shelf has how many books. */
const catalogue = 'catalogue';

interface Changes {
  readonly metadata?: { readonly finalizers?: string[] };
  readonly data?: Readonly<Record<string, string | null>>;
}

/**
 * Keeps a card for each book of each shelf, and the catalogue of each namespace. The cards go with their shelf, since
 * they belong to it; the catalogue does not, so that a finalizer keeps the shelf until it is struck from there.
 */
export class Librarian {
  readonly #config: KubeConfig;
  readonly #objects: KubernetesObjectApi;
  readonly #shelves: CustomObjectsApi;
  /** The work on each shelf, so that there is never more than one of it. */
  readonly #work = new Map<string, Promise<void>>();

  constructor(config: KubeConfig) {
    this.#config = config;
    this.#objects = KubernetesObjectApi.makeApiClient(config);
    this.#shelves = config.makeApiClient(CustomObjectsApi);
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const list = async () => await this.#objects.list<Shelf>(apiVersion, 'Shelf');
    const shelves = makeInformer<Shelf>(this.#config, `/apis/${apiVersion}/shelves`, list);
    shelves.on('add', (shelf) => this.#soon(shelf));
    shelves.on('update', (shelf) => this.#soon(shelf));
    const { promise, resolve } = Promise.withResolvers<void>();
    // A server that has gone comes back.
    shelves.on('error', () => setTimeout(() => !signal.aborted && shelves.start(), 1_000));
    signal.addEventListener('abort', () => resolve());
    await shelves.start();
    await promise;
    await shelves.stop();
  }

  #soon(shelf: Shelf): void {
    const key = `${shelf.metadata?.namespace}/${shelf.metadata?.name}`;
    const before = this.#work.get(key) ?? Promise.resolve();
    const work = before
      .then(async () => await this.#reconcile(shelf))
      .catch((failure: unknown) => {
        console.error(`${key}: ${String(failure)}`);
        setTimeout(() => this.#soon(shelf), 1_000);
      });
    this.#work.set(key, work);
  }

  /** Brings about what a shelf says, whatever was done of it before. */
  async #reconcile({ metadata: known }: Shelf): Promise<void> {
    const key = { name: known?.name ?? '', namespace: known?.namespace ?? '' };
    const shelf = await this.#find<Shelf>({ apiVersion, kind: 'Shelf', metadata: key });
    if (!shelf) return;
    const isLeaving = shelf.metadata?.deletionTimestamp !== undefined;
    const finalizers = shelf.metadata?.finalizers ?? [];
    if (isLeaving) {
      if (!finalizers.includes(finalizer)) return;
      await this.#catalogued(shelf, null);
      await this.#patch(shelf, { metadata: { finalizers: finalizers.filter((each) => each !== finalizer) } });
      return;
    }
    if (!finalizers.includes(finalizer))
      return await this.#patch(shelf, { metadata: { finalizers: [...finalizers, finalizer] } });
    await this.#writeCards(shelf);
    await this.#removeOtherCards(shelf);
    const books = shelf.spec.books?.length ?? 0;
    await this.#catalogued(shelf, String(books));
    await this.#report(shelf, books);
  }

  async #writeCards(shelf: Shelf): Promise<void> {
    for (const { title, pages } of shelf.spec.books ?? [])
      await this.#apply<V1ConfigMap>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `${shelf.metadata?.name}-${title}`,
          namespace: shelf.metadata?.namespace ?? '',
          labels: { [`${group}/shelf`]: shelf.metadata?.name ?? '' },
          ownerReferences: [
            {
              apiVersion,
              kind: 'Shelf',
              name: shelf.metadata?.name ?? '',
              uid: shelf.metadata?.uid ?? '',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        data: { title, pages: String(pages) },
      });
  }

  async #removeOtherCards(shelf: Shelf): Promise<void> {
    const titles = new Set(shelf.spec.books?.map(({ title }) => `${shelf.metadata?.name}-${title}`));
    const selector = `${group}/shelf=${shelf.metadata?.name}`;
    const namespace = shelf.metadata?.namespace;
    const none = undefined;
    const cards = await this.#objects.list('v1', 'ConfigMap', namespace, none, none, none, none, selector);
    for (const { metadata } of cards.items)
      if (!titles.has(metadata?.name ?? ''))
        await this.#objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata! });
  }

  async #catalogued({ metadata }: Shelf, books: string | null): Promise<void> {
    const map = { apiVersion: 'v1', kind: 'ConfigMap' };
    const place = { name: catalogue, namespace: metadata?.namespace ?? '' };
    if (!(await this.#find({ ...map, metadata: place })))
      await this.#objects.create({ ...map, metadata: place }).catch(unlessThere);
    const data = { [metadata?.name ?? '']: books };
    await this.#patch({ ...map, metadata: place }, { data });
  }

  /** Says in the status what is true now, and in an event what has changed. */
  async #report(shelf: Shelf, books: number): Promise<void> {
    if (shelf.status?.books === books) return;
    const now = new Date().toISOString();
    const message = books === 1 ? 'there is a card of 1 book' : `there are cards of ${books} books`;
    const ready = { type: 'Ready', status: 'True', reason: 'Catalogued', message, lastTransitionTime: now };
    await this.#patchStatus(shelf, { books, conditions: [ready] });
    await this.#objects.create<CoreV1Event>({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${shelf.metadata?.name}.`, namespace: shelf.metadata?.namespace ?? '' },
      involvedObject: {
        apiVersion,
        kind: 'Shelf',
        name: shelf.metadata?.name ?? '',
        namespace: shelf.metadata?.namespace ?? '',
        uid: shelf.metadata?.uid ?? '',
      },
      type: 'Normal',
      reason: 'Catalogued',
      message,
      source: { component: manager },
      firstTimestamp: new Date(now),
      lastTimestamp: new Date(now),
      count: 1,
    });
  }

  async #find<T extends KubernetesObject>(object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
  }): Promise<T | undefined> {
    return await this.#objects.read<T>(object as never).catch((failure: unknown) => {
      if ((failure as { readonly code?: number }).code === 404) return undefined;
      throw failure;
    });
  }

  async #apply<T extends KubernetesObject>(object: T): Promise<void> {
    const [pretty, dryRun] = [undefined, undefined];
    await this.#objects.patch(object, pretty, dryRun, manager, true, PatchStrategy.ServerSideApply);
  }

  async #patch({ apiVersion: version, kind, metadata }: KubernetesObject, changes: Changes): Promise<void> {
    const { name = '', namespace = '' } = metadata ?? {};
    const object = { ...changes, metadata: { ...changes.metadata, name, namespace } };
    const [pretty, dryRun, force] = [undefined, undefined, undefined];
    const written = { apiVersion: version!, kind: kind!, ...object };
    await this.#objects.patch(written, pretty, dryRun, manager, force, PatchStrategy.MergePatch);
  }

  async #patchStatus({ metadata }: Shelf, status: object): Promise<void> {
    await this.#shelves.patchNamespacedCustomObjectStatus(
      {
        group,
        version: 'v1',
        plural: 'shelves',
        namespace: metadata?.namespace ?? '',
        name: metadata?.name ?? '',
        body: { status },
        fieldManager: manager,
      },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  }
}

function unlessThere(failure: unknown): void {
  if ((failure as { readonly code?: number }).code !== 409) throw failure;
}
