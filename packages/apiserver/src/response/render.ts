import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectList, WatchEvent } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import type { Form } from './negotiate.ts';
import { type IncludedObject, type ListMeta, partialMetadata, tableOf } from './table.ts';
import { wireObject } from './wire-object.ts';

/** How the objects of a kind are shown to a client. */
export interface Shown {
  readonly resource: ServedResource;
  readonly form: Form;
  /** What of their objects the rows of tables hold. */
  readonly include: IncludedObject;
  readonly nowMs: number;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Pure. Returns what a client sees of an object. */
export function renderObject(object: KubeObject, shown: Shown): unknown {
  const { as } = shown.form;
  if (!as) return wireObject(object, shown.resource);
  if (as.type === 'PartialObjectMetadata') return partialMetadata(object, as.version, shown.resource);
  const { resourceVersion } = object.metadata;
  return tableOf([object], { resourceVersion }, { ...shown, ...shown.resource, version: as.version });
}

/** Pure. Returns what a client sees of a list. */
export function renderList({ items, ...metadata }: ObjectList, shown: Shown): unknown {
  const { resource, form } = shown;
  const { as } = form;
  if (as?.type === 'Table') return tableOf(items, metadata, { ...shown, ...resource, version: as.version });
  return {
    kind: as ? 'PartialObjectMetadataList' : `${resource.kind}List`,
    apiVersion: as ? `meta.k8s.io/${as.version}` : apiVersionOf(resource),
    metadata,
    items: items.map((object) => renderObject(object, shown)),
  };
}

/** Pure. Returns an event of a watch as a client sees it. */
export function renderEvent(
  event: WatchEvent,
  shown: Shown,
): { readonly type: string; readonly object: unknown } {
  const { type } = event;
  return {
    type,
    object: type === 'BOOKMARK' ? renderBookmark(event, shown) : renderObject(event.object, shown),
  };
}

function renderBookmark(
  { resourceVersion, endsInitialEvents }: Extract<WatchEvent, { readonly type: 'BOOKMARK' }>,
  { resource, form: { as } }: Shown,
): unknown {
  const metadata: ListMeta = { resourceVersion };
  if (as?.type === 'Table')
    return { ...tableOf([], metadata, { version: as.version, columns: [], include: 'None', nowMs: 0 }) };
  return {
    kind: as?.type ?? resource.kind,
    apiVersion: as ? `meta.k8s.io/${as.version}` : apiVersionOf(resource),
    metadata: {
      ...metadata,
      creationTimestamp: null,
      ...(endsInitialEvents && { annotations: { [initialEventsEnd]: 'true' } }),
    },
  };
}
