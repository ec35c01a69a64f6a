import type { ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type { Body } from '../request/decode-body.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import { type ServedResource, nothingServed } from './served-resource.ts';

/** A request for objects of a kind that is served. */
export interface ObjectRequest {
  readonly resource: ServedResource;
  /** All kinds that are served now. */
  readonly served: readonly ServedResource[];
  readonly info: ResourceRequest;
  readonly query: URLSearchParams;
  /** The name of the program that asks, which manages what it writes unless the query names a manager. */
  readonly program: string;
  /** Reads the body, which can be done once. */
  readonly body: () => Promise<Body>;
  readonly signal: AbortSignal;
}

/**
 * Pure. Returns the namespace whose objects a request is about; none for all of them, and for kinds of the
 * whole cluster. A namespace is itself such a kind, although its requests count as being in it.
 * @throws ObjectError NOT_FOUND
 */
export function namespaceOf({
  resource,
  info,
}: Pick<ObjectRequest, 'resource' | 'info'>): string | undefined {
  if (resource.isNamespaced) return info.namespace;
  if (info.namespace !== undefined && resource.resource !== 'namespaces') throw nothingServed();
  return undefined;
}

/**
 * Pure. Returns the key of the one object that a request is about.
 * @throws ObjectError NOT_FOUND
 */
export function keyOf(request: Pick<ObjectRequest, 'resource' | 'info'>): ObjectKey {
  const { resource, info } = request;
  const namespace = namespaceOf(request);
  if (info.name === undefined || (resource.isNamespaced && namespace === undefined)) throw nothingServed();
  const { group, version } = resource;
  return { group, version, resource: resource.resource, namespace, name: info.name };
}

/** Pure. Tells whether a request is about the status of an object alone. */
export const isOfStatus = ({ info }: ObjectRequest): boolean => info.subresource === 'status';
