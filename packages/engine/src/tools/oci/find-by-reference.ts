import { findByQuery } from '@ignite/api/client/find';
import { shownName } from '@ignite/api/v1/shown-name';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { parseSource } from './source.ts';

/**
 * Finds the image or kernel that `query` names, like `findByQuery`, but takes `ubuntu` for `ubuntu:latest` and
 * `docker.io/library/ubuntu:latest`. A query with a tag, or one that is a whole repository, is not a prefix:
 * `ubuntu:1` does not find `ubuntu:16.04`, and `ubuntu` does not find `ubuntu:latest-special`.
 * @throws CodedError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, and likewise for kernels
 */
export function findByReference<T extends KubeObject>(
  kind: 'Image' | 'Kernel',
  items: readonly T[],
  query: string,
): T {
  const meant = wholeName(query);
  if (
    meant !== undefined &&
    !items.some((item) => shownName(item) === query || item.metadata.uid === query)
  ) {
    const found = items.find((item) => shownName(item) === meant);
    if (found) return found;
  }
  return findByQuery(
    kind,
    items,
    query,
    (name) => name.startsWith(query) && !hasTag(query) && !/^[:@]/.test(name.slice(query.length)),
  );
}

/**
 * Returns the complete name of an image with registry and tag, or `undefined` if the query is not a
 * reference.
 */
function wholeName(query: string): string | undefined {
  try {
    return parseSource(query).name;
  } catch (failure) {
    if (hasCode(failure, 'REFERENCE_INVALID')) return undefined;
    throw failure;
  }
}

const hasTag = (query: string): boolean => /[:@]/.test(query.slice(query.lastIndexOf('/') + 1));
