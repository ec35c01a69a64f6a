import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ResourceVerb } from '../request/request-info.ts';

/** What serves the objects of a kind that are not in the store, but made from others. */
export interface View {
  /** Returns the client for them, over the one of what is in the store. */
  readonly over: (client: ObjectClient) => ObjectClient;
  /** What can be done with them, in the order of the alphabet. */
  readonly verbs: readonly ResourceVerb[];
  /** What people should do who tried something else, unless nothing else can be tried. */
  readonly hint?: string;
}

/** The verbs of a view that is only read. */
export const readingVerbs: readonly ResourceVerb[] = ['get', 'list', 'watch'];

/** The verbs of what is stored, and of views that write what they show. */
export const allVerbs: readonly ResourceVerb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
