import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import type { StoreReader } from '@ignite/toolkit/store/store';
import { recordResources, resources } from '../resources.ts';
import { notRemote } from './not-remote.ts';

/** What is stored on another host, as its API shows it. */
export const remoteStored = (objects: ObjectClient): StoreReader => ({
  list: async (kind, selector = {}, { signal } = {}) => {
    if (selector.labels || selector.fields)
      throw new Error('what is stored is selected by its namespace alone');
    const { namespace } = selector;
    const { items, resourceVersion } = await objects.list(resourceOf(kind), { namespace, signal });
    return { revision: resourceVersion, items };
  },
  watch: () => {
    throw notRemote('following what is stored');
  },
});

function resourceOf({ group, kind }: GroupKind) {
  const found = [...resources, ...recordResources].find((each) => each.kind === kind && each.group === group);
  if (!found) throw new Error(`${kind} is no kind that people list`);
  return { group, version: 'v1', resource: found.plural };
}
