import { imageResource } from '@ignite/api/v1/resources/image';
import { hostResource } from '@ignite/api/v1/resources/host';
import { kernelResource } from '@ignite/api/v1/resources/kernel';
import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { warmPoolResource } from '@ignite/api/v1/resources/warm-pool';
import type { ObjectReader } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { StoreObjectReader } from '@ignite/toolkit/client/over-store/store-object-reader';
import { eventResource } from '@ignite/toolkit/core/resources/event';
import { leaseResource } from '@ignite/toolkit/core/resources/lease';
import { namespaceResource } from '@ignite/toolkit/core/resources/namespace';
import type { Resource } from '@ignite/toolkit/scheme/resource';
import type { StoreReader } from '@ignite/toolkit/store/store';

/**
 * The kinds as the engine reads and writes them. It checks what it writes by itself, since it has made what its objects
 * tell of. So these kinds need no schema, and whoever only lists is not kept waiting for any.
 */
export const engineKinds: readonly ServedKind[] = [
  { ...trusted(vmResource), initialStatus: { phase: 'Created' } },
  trusted(imageResource, 'status.digest'),
  trusted(kernelResource, 'status.id'),
  trusted(volumeResource),
  trusted(snapshotResource),
  trusted(warmPoolResource),
  trusted(hostResource),
  trusted(namespaceResource),
  trusted(eventResource, 'reason'),
  trusted(leaseResource),
];

function trusted(resource: Resource, ...fields: readonly string[]): ServedKind {
  const { group, kind, plural, scope, subresources } = resource;
  return {
    group,
    version: 'v1',
    resource: plural,
    kind,
    isNamespaced: scope === 'Namespaced',
    hasStatus: subresources?.includes('status') === true,
    trustsAuthor: true,
    selectableFields: ['metadata.uid', ...fields],
  };
}

/** Returns what reads the objects of the engine in a store. */
export const engineReader = (store: StoreReader): ObjectReader =>
  new StoreObjectReader(store, () => engineKinds);
