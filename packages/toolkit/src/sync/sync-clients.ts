import { gitSourceKind, syncKind } from './object-kinds.ts';
import { KindClient } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import type { GitSourceObject, SyncObject } from './kinds.ts';

export const syncsOf = (client: ObjectClient): KindClient<SyncObject> => new KindClient(client, syncKind);

export const gitSourcesOf = (client: ObjectClient): KindClient<GitSourceObject> =>
  new KindClient(client, gitSourceKind);
