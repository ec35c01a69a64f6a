import type { KubeObject } from '../../object/kube-object.ts';
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectList,
  ObjectPatch,
  PatchOptions,
  WatchEvent,
  WatchOptions,
} from '../object-client.ts';
import type { ObjectKey, GroupVersionResource } from '../group-version-resource.ts';
import { answeredList, answeredObject } from './answered-object.ts';
import { ApiConnection, type ApiBody, type ApiRequest } from './api-connection.ts';
import { type PathParts, resourcePath } from './resource-path.ts';
import { selectionQuery } from './selection-query.ts';
import type { ServerAccess } from './server-access.ts';
import { watchOverHttp } from './watch-over-http.ts';

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
    const { resourceVersion, continue: rest } = metadata;
    return { resourceVersion, items, ...(rest !== '' && { continue: rest }) };
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return watchOverHttp(this, this.#connection, resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    { signal }: CallOptions = {},
  ): Promise<KubeObject> {
    const path = resourcePath(resource, { namespace: object.metadata.namespace });
    return await this.#write({ method: 'POST', path, body: json(object), signal });
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    { signal }: CallOptions = {},
  ): Promise<KubeObject> {
    const path = resourcePath(resource, placeOf(object));
    return await this.#write({ method: 'PUT', path, body: json(object), signal });
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    { signal }: CallOptions = {},
  ): Promise<KubeObject> {
    const path = resourcePath(resource, { ...placeOf(object), subresource: 'status' });
    return await this.#write({ method: 'PUT', path, body: json(object), signal });
  }

  async patch(
    key: ObjectKey,
    patch: ObjectPatch,
    { subresource, signal }: PatchOptions = {},
  ): Promise<KubeObject> {
    const path = resourcePath(key, { ...key, subresource });
    const content = patch.type === 'json' ? patch.operations : patch.changes;
    const body = { type: `application/${patch.type}-patch+json`, content };
    return await this.#write({ method: 'PATCH', path, body, signal });
  }

  async delete(
    key: ObjectKey,
    { preconditions, propagationPolicy, signal }: DeleteOptions = {},
  ): Promise<void> {
    const body = json({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy });
    await this.#connection.call({ method: 'DELETE', path: resourcePath(key, key), body, signal });
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #write(request: ApiRequest): Promise<KubeObject> {
    return answeredObject(await this.#connection.call(request));
  }
}

const json = (content: unknown): ApiBody => ({ type: 'application/json', content });

const placeOf = ({ metadata: { namespace, name } }: KubeObject): PathParts => ({ namespace, name });
