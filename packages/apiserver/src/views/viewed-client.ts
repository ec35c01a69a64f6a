import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type ServedResource, servedAt } from '../resource/served-resource.ts';

/** Reads and writes the objects of each kind where they are: through its view, or in the store. */
export class ViewedClient extends ForwardingClient {
  /** @param stored reads and writes the objects in the store */
  constructor(stored: ObjectClient, views: readonly ServedResource[]) {
    super((resource) => servedAt(views, resource)?.view?.over(stored) ?? stored);
  }
}
