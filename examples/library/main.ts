import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { Librarian } from './librarian.ts';
import { shelfDefinition, shelfValidation } from './shelf.ts';
import { webhookServer } from './webhooks.ts';

/** Serves its webhooks, has shelves defined, and keeps them until it is interrupted. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(
    'usage: main.ts FOLDER, which has ca.crt, webhook.crt and webhook.key; KUBECONFIG names the server',
  );
  process.exit(2);
}
const file = (name: string): string => readFileSync(join(folder, name), 'utf8');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());

const server = webhookServer(file('webhook.key'), file('webhook.crt')).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const place = {
  url: `https://127.0.0.1:${port}`,
  caBundle: Buffer.from(file('ca.crt')).toString('base64'),
};

const config = new KubeConfig();
config.loadFromDefault();
const objects = KubernetesObjectApi.makeApiClient(config);
const applied = async (object: KubernetesObject): Promise<KubernetesObject> =>
  await objects.patch(object, undefined, undefined, 'librarian', true, PatchStrategy.ServerSideApply);
await applied(shelfDefinition(place));
await applied(shelfValidation(place));
while (!(await isServed())) await once(AbortSignal.timeout(200), 'abort');
console.log('ready');
await new Librarian(config).run(ending.signal);
server.closeAllConnections();
server.close();

/** A definition is served a little after it was written. */
async function isServed(): Promise<boolean> {
  try {
    await objects.list('library.example/v1', 'Shelf');
    return true;
  } catch {
    return false;
  }
}
