import { isIP, isIPv4 } from 'node:net';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { addressProblem, serviceNameLabel } from './endpoint-slice.ts';

const services = { group: '', version: 'v1', resource: 'services' };
const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const place = { namespace: 'default', name: 'kubernetes' };

/** Where the server is reached. */
export interface OwnAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Keeps the Service by which programs look for the server itself, with the port at which it is served, and the
 * EndpointSlice with its address. One that only programs of this host can reach is not told.
 */
export async function ensureOwnService(
  client: ObjectClient,
  { host, port }: OwnAddress,
  signal: AbortSignal,
): Promise<void> {
  const ports = [{ name: 'https', protocol: 'TCP', port, targetPort: port }];
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { ...place, labels } };
  try {
    await client.create(services, { ...service, spec: { clusterIP: 'None', ports } }, { signal });
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    const changes = { spec: { ports } };
    await client.patch({ ...services, ...place }, { type: 'merge', changes }, { signal });
  }
  const type = isIPv4(host) ? 'IPv4' : 'IPv6';
  // The type of its addresses may be another one now, and cannot be changed.
  await client.delete({ ...slices, ...place }, { signal }).catch(unlessAbsent);
  if (isIP(host) === 0 || addressProblem(type, host) !== undefined) return;
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...place, labels: { [serviceNameLabel]: place.name } },
    addressType: type,
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  await client.create(slices, slice, { signal });
}

function unlessAbsent(failure: unknown): void {
  if (!hasCode(failure, 'NOT_FOUND')) throw failure;
}
