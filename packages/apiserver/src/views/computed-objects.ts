import {
  type GroupVersionResource,
  type ObjectKey,
  resourceName,
} from '@ignite/toolkit/client/group-version-resource';
import type {
  CallOptions,
  ListOptions,
  ObjectClient,
  ObjectList,
  WatchEvent,
} from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { listPage } from '@ignite/toolkit/client/over-store/list-page';
import { isSelected } from '@ignite/toolkit/client/over-store/selection';
import type { KubeObject, ObjectMeta } from '@ignite/toolkit/object/kube-object';
import type { ResourceVerb } from '../request/request-info.ts';
import type { ObjectReader } from './read-only.ts';

/** The verbs of objects that are computed: nobody tells when they change. */
export const computedVerbs: readonly ResourceVerb[] = ['get', 'list'];

/** Returns all objects of a kind, in the order of namespace and name. */
export type Computation = (client: ObjectClient, options: CallOptions) => Promise<readonly KubeObject[]>;

/** Reads objects that are computed anew for each request. They have no versions. */
export class ComputedObjects implements ObjectReader {
  readonly #client: ObjectClient;
  readonly #compute: Computation;

  constructor(client: ObjectClient, compute: Computation) {
    this.#client = client;
    this.#compute = compute;
  }

  async get(key: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
    const { namespace = '', name } = key;
    const found = (await this.#compute(this.#client, options)).find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    if (!found) throw new ObjectError('NOT_FOUND', `${resourceName(key)} "${name}" not found`);
    return found;
  }

  async list(_resource: GroupVersionResource, options: ListOptions = {}): Promise<ObjectList> {
    const { signal } = options;
    const all = await this.#compute(this.#client, { signal });
    return listPage(
      all.filter((object) => isSelected(object, options)),
      '0',
      options,
    );
  }

  watch(resource: GroupVersionResource): AsyncIterable<WatchEvent> {
    throw new ObjectError('METHOD_NOT_ALLOWED', `${resourceName(resource)} cannot be watched`);
  }
}

/** Pure. Returns the metadata of an object that is in no store. */
export const computedMetadata = (name: string, creationTimestamp: string): ObjectMeta => ({
  name,
  namespace: '',
  uid: name,
  resourceVersion: '',
  generation: 1,
  creationTimestamp,
  labels: {},
  annotations: {},
  finalizers: [],
});
