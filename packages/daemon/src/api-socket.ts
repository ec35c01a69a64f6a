import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { kinds } from '@ignite/api/kinds';
import { igniteVersion } from '@ignite/api/ignite-version';
import { builtInResourceOf, servedResourceOf } from '@ignite/apiserver/resource/served-resource-of';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { serveApi } from '@ignite/apiserver/server/serve-api';
import { ensureNamespaces } from '@ignite/apiserver/write/namespace-lifecycle';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { Log } from '@ignite/toolkit/log/log';
import { type Kind, hubOf } from '@ignite/toolkit/scheme/kind';
import { openApiAccess } from './api-access.ts';

export interface ApiSocketOptions {
  readonly client: ObjectClient;
  readonly socket: string;
  /** The folder with the keys of the API. */
  readonly dir: string;
  readonly log: Log;
}

export interface ApiSocket extends AsyncDisposable {
  /** Settles when the API has ended, some time after the signal has aborted. */
  readonly ended: Promise<void>;
}

/** The group whose members may open the socket, if there is one of that name. */
const group = 'ignite';

/**
 * Serves the Kubernetes API of the objects of this host on a unix socket until `signal` aborts. Whoever may open
 * the socket may do everything, unless he shows the token of someone who may less.
 */
export async function serveApiSocket(
  { client, socket, dir, log }: ApiSocketOptions,
  signal: AbortSignal,
): Promise<ApiSocket> {
  await ensureNamespaces(client, ['default'], signal);
  const trust = await openApiAccess({ client, dir, log }, signal);
  await mkdir(dirname(socket), { recursive: true, mode: 0o711 });
  const draft = join(dirname(socket), '.api');
  await rm(draft, { force: true });
  const api = await serveApi(
    {
      client,
      resources: () => served,
      authenticator: trust.authenticator,
      authorizer: trust.authorizer,
      access: trust.access,
      checks: [],
      product: `ignite-${igniteVersion}`,
      log,
    },
    { path: draft },
  );
  trust.socket.trust(api.server);
  await admitGroup(draft);
  await rename(draft, socket); // who finds it there may ask, if he may at all
  const end = async (): Promise<void> => {
    await api[Symbol.asyncDispose]();
    await rm(socket, { force: true });
  };
  const ended = Promise.all([aborted(signal).then(end), trust.ended]).then(() => {});
  return { ended, [Symbol.asyncDispose]: end };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

const isWish = (kind: Kind): boolean => hubOf(kind).inert === undefined;

/** The kinds whose objects this host keeps. */
const served: readonly ServedResource[] = [
  ...kinds.filter(isWish).map(servedResourceOf),
  ...[...coreKinds, ...accessKinds].map(builtInResourceOf),
];

async function admitGroup(path: string): Promise<void> {
  const id = groupIdIn(await readFile('/etc/group', 'utf8').catch(() => ''));
  if (id !== undefined) await chown(path, 0, id);
  await chmod(path, id === undefined ? 0o600 : 0o660);
}

/** Pure. Returns the number of the group in the text of /etc/group (group(5)). */
export function groupIdIn(text: string): number | undefined {
  const fields = text.split('\n').map((line) => line.split(':'));
  const id = fields.find(([name]) => name === group)?.[2];
  return id === undefined ? undefined : Number(id);
}
