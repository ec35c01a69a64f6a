import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';

const services = { group: '', version: 'v1', resource: 'services' };
const key = { ...services, namespace: 'default', name: 'kubernetes' };

/** Keeps the Service by which programs look for the server itself, with the port at which it is served. */
export async function ensureOwnService(
  client: ObjectClient,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  const ports = [{ name: 'https', protocol: 'TCP', port, targetPort: port }];
  const { namespace, name } = key;
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, labels },
    spec: { clusterIP: 'None', ports },
  };
  try {
    await client.create(services, service, { signal });
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    await client.patch(key, { type: 'merge', changes: { spec: { ports } } }, { signal });
  }
}
