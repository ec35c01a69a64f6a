import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { ListOptions, ObjectClient, ObjectList } from '@ignite/toolkit/client/object-client';

/** Is told what a client does, for metrics. */
export interface ClientObserver {
  done(operation: string, resource: GroupVersionResource, seconds: number): void;
  /** Told whenever all objects of a kind have been listed. */
  counted(resource: GroupVersionResource, count: number): void;
}

/** Returns a client that does what another one does, and tells how long each call took. */
export function measuredClient(client: ObjectClient, observer: ClientObserver): ObjectClient {
  const timed = async <T>(
    operation: string,
    resource: GroupVersionResource,
    call: () => Promise<T>,
  ): Promise<T> => {
    const start = performance.now();
    try {
      return await call();
    } finally {
      observer.done(operation, resource, (performance.now() - start) / 1_000);
    }
  };
  return {
    get: (key, options) => timed('get', key, () => client.get(key, options)),
    list: async (resource, options = {}) => {
      const list = await timed('list', resource, () => client.list(resource, options));
      if (isOfAll(options)) observer.counted(resource, sizeOf(list));
      return list;
    },
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, ...rest) => timed('create', resource, () => client.create(resource, ...rest)),
    update: (resource, ...rest) => timed('update', resource, () => client.update(resource, ...rest)),
    updateStatus: (resource, ...rest) =>
      timed('update', resource, () => client.updateStatus(resource, ...rest)),
    patch: (key, ...rest) => timed('update', key, () => client.patch(key, ...rest)),
    delete: (key, options) => timed('delete', key, () => client.delete(key, options)),
  };
}

const isOfAll = ({ namespace, labels, fields, continue: rest }: ListOptions): boolean =>
  !namespace && !labels?.length && !fields?.length && rest === undefined;

const sizeOf = ({ items, remainingItemCount = 0 }: ObjectList): number => items.length + remainingItemCount;
