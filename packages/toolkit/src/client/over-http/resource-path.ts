import { checkedSegment } from '../path-segment.ts';
import type { GroupVersionResource } from '../group-version-resource.ts';

/** The parts of a resource's URL that a request may name. */
export interface PathParts {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/**
 * Pure. Returns the path of a resource, of one of its objects, or of a part of that.
 * @throws ObjectError BAD_REQUEST if a name would change the path
 */
export function resourcePath(
  { group, version, resource }: GroupVersionResource,
  { namespace, name, subresource }: PathParts,
): string {
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined || namespace === '' ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return segments.map((segment) => `/${encodeURIComponent(checkedSegment(segment))}`).join('');
}
