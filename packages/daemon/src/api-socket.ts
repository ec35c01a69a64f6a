import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApiOptions } from '@ignite/apiserver/server/api-handler';
import { type ServedApi, serveApi } from '@ignite/apiserver/server/serve-api';

/**
 * Serves an API on a unix socket that only root may open.
 * @param listenFd the descriptor of the socket, if systemd has made it and keeps it
 */
export async function serveApiSocket(api: ApiOptions, path: string, listenFd?: number): Promise<ServedApi> {
  if (listenFd !== undefined) return await serveApi(api, { fd: listenFd });
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const draft = join(dirname(path), '.api');
  await rm(draft, { force: true });
  const served = await serveApi(api, { path: draft });
  await chmod(draft, 0o600);
  await rename(draft, path); // who finds it there may ask, if he may at all
  return {
    server: served.server,
    [Symbol.asyncDispose]: async () => {
      await served[Symbol.asyncDispose]();
      await rm(path, { force: true });
    },
  };
}
