import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type EndpointSlice, serviceNameLabel } from './endpoint-slice.ts';
import type { Service } from './service.ts';

/** A port of a Service. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const services = { group: '', version: 'v1', resource: 'services' };
const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };

/**
 * Finds where a port of a Service is reached: at the host that the Service names, or at the first endpoint that is
 * ready of the EndpointSlices that name the Service.
 * @throws Error that says in the words of Kubernetes why it is not reached
 */
export async function serviceAddress(
  client: ObjectClient,
  { namespace, name, port }: ServicePort,
  options: CallOptions,
): Promise<Address> {
  const { spec } = await serviceOf(client, namespace, name, options);
  if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
  const found = spec.ports?.find((each) => each.port === port);
  if (!found) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const labels = [{ key: serviceNameLabel, operator: 'In', values: [name] } as const];
  const { items } = await client.list(slices, { ...options, namespace, labels });
  const address = (items as readonly EndpointSlice[])
    .map((slice) => readyAddress(slice, found.name ?? ''))
    .find((each) => each !== undefined);
  if (!address) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  return address;
}

async function serviceOf(
  client: ObjectClient,
  namespace: string,
  name: string,
  options: CallOptions,
): Promise<Service> {
  try {
    return (await client.get({ ...services, namespace, name }, options)) as Service;
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    throw new Error(`service ${JSON.stringify(name)} not found`, { cause: failure });
  }
}

/** Pure. Returns where a named port is at the first endpoint of a slice that is ready. */
function readyAddress({ endpoints, ports }: EndpointSlice, portName: string): Address | undefined {
  const port = ports?.find(({ name }) => name === portName)?.port;
  const host = endpoints?.find(({ conditions }) => conditions.ready !== false)?.addresses[0];
  return port === undefined || host === undefined ? undefined : { host, port };
}
