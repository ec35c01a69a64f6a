import type { KubeObject } from '../../object/kube-object.ts';
import type {
  CallOptions,
  DeleteOptions,
  Deletion,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectList,
  ObjectPatch,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../object-client.ts';
import type { ObjectKey, GroupVersionResource } from '../group-version-resource.ts';
import { answeredDeletion, answeredList, answeredObject } from './answered-object.ts';
import { ApiConnection, type ApiBody, type ApiRequest } from './api-connection.ts';
import { type PathParts, resourcePath } from './resource-path.ts';
import { selectionQuery } from './selection-query.ts';
import type { ServerAccess } from './server-access.ts';
import { watchOverHttp } from './watch-over-http.ts';

export interface ApplyOptions extends Pick<WriteOptions, 'dryRun' | 'signal'> {
  /** The name of whoever gives the fields. What others have given, it takes over. */
  readonly manager: string;
}

/** Objects of a Kubernetes API server, or of one that speaks as one does. */
export class HttpObjectClient implements ObjectClient, Disposable {
  readonly #connection: ApiConnection;

  constructor(access: ServerAccess) {
    this.#connection = new ApiConnection(access);
  }

  async get(key: ObjectKey, { signal }: CallOptions = {}): Promise<KubeObject> {
    return answeredObject(
      await this.#connection.call({ method: 'GET', path: resourcePath(key, key), signal }),
    );
  }

  async list(resource: GroupVersionResource, options: ListOptions = {}): Promise<ObjectList> {
    const query = selectionQuery(options);
    if (options.limit !== undefined) query.set('limit', String(options.limit));
    if (options.continue !== undefined) query.set('continue', options.continue);
    const path = `${resourcePath(resource, { namespace: options.namespace })}?${query.toString()}`;
    const answer = await this.#connection.call({ method: 'GET', path, signal: options.signal });
    const { metadata, items } = answeredList(resource, answer);
    const { resourceVersion, continue: rest, remainingItemCount } = metadata;
    return {
      resourceVersion,
      items,
      ...(rest !== '' && { continue: rest }),
      ...(remainingItemCount != null && { remainingItemCount }),
    };
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return watchOverHttp(this, this.#connection, resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const parts = { namespace: object.metadata.namespace };
    return await this.#write('POST', writePath(resource, parts, options), json(object), options);
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    return await this.#write('PUT', writePath(resource, placeOf(object), options), json(object), options);
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const parts = { ...placeOf(object), subresource: 'status' };
    return await this.#write('PUT', writePath(resource, parts, options), json(object), options);
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options: PatchOptions = {}): Promise<KubeObject> {
    const path = writePath(key, { ...key, subresource: options.subresource }, options);
    const content = patch.type === 'json' ? patch.operations : patch.changes;
    const body = { type: `application/${patch.type}-patch+json`, content };
    return await this.#write('PATCH', path, body, options);
  }

  async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<Deletion> {
    const { preconditions, propagationPolicy, dryRun, signal } = options;
    // A server does not look at the query of a request that has a body.
    const body = json({
      ...{ apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy },
      ...(dryRun && { dryRun: ['All'] }),
    });
    const path = resourcePath(key, key);
    return answeredDeletion(await this.#connection.call({ method: 'DELETE', path, body, signal }));
  }

  /**
   * Makes those fields of an object that are given as they are given, and removes those that its manager gave before
   * and gives no longer. All others stay (Kubernetes: server-side apply). An object that is missing is created.
   */
  async apply(
    key: ObjectKey,
    object: NewObject,
    { manager, dryRun, signal }: ApplyOptions,
  ): Promise<KubeObject> {
    const query = new URLSearchParams({
      fieldManager: manager,
      fieldValidation: 'Strict',
      force: 'true',
      ...(dryRun && { dryRun: 'All' }),
    });
    const body = { type: 'application/apply-patch+yaml', content: object };
    return await this.#write('PATCH', `${resourcePath(key, key)}?${query.toString()}`, body, { signal });
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #write(
    method: ApiRequest['method'],
    path: string,
    body: ApiBody,
    { signal }: WriteOptions,
  ): Promise<KubeObject> {
    return answeredObject(await this.#connection.call({ method, path, body, signal }));
  }
}

const json = (content: unknown): ApiBody => ({ type: 'application/json', content });

const writePath = (resource: GroupVersionResource, parts: PathParts, { dryRun }: WriteOptions): string =>
  `${resourcePath(resource, parts)}${dryRun ? '?dryRun=All' : ''}`;

const placeOf = ({ metadata: { namespace, name } }: KubeObject): PathParts => ({ namespace, name });
