import { KindClient, clientKind } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { type GitSourceObject, type SyncObject, gitSourceKind, syncKind } from './kinds.ts';
import { gitSourceResource, syncResource } from './resources.ts';

export const syncsOf = (client: ObjectClient): KindClient<SyncObject> =>
  new KindClient(client, clientKind(syncResource, syncKind));

export const gitSourcesOf = (client: ObjectClient): KindClient<GitSourceObject> =>
  new KindClient(client, clientKind(gitSourceResource, gitSourceKind));
