import type { Client } from '@ignite/api/client/client';
import type { ApplyClient } from '@ignite/api/client/sync-client';
import { notRemote } from '@ignite/api/remote/not-remote';
import { applyDeps } from './declared-host.ts';

/** Applies manifests to another host. The ignited that serves it keeps it in sync. */
export const farSyncs = (client: Pick<Client, 'vms' | 'volumes' | 'objects'>): ApplyClient => ({
  deps: applyDeps(client),
  isServed: () => true,
  reconcile: () => Promise.reject(notRemote('syncing without a daemon')),
});
