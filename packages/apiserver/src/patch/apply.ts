import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import { apply } from '../server-side-apply/apply.ts';
import { pruned } from '../structural-schema/unknown-fields.ts';
import { managedTime, managedVersions } from '../write/managed-versions.ts';
import type { NewObject } from '@ignite/toolkit/client/object-client';

/** What somebody applies to an object. */
export interface AppliedObject {
  readonly resource: ServedResource;
  /** The object as it is; absent if there is none yet. */
  readonly live: KubeObject | undefined;
  /** The fields that are wanted, of the kind and the name of the request. */
  readonly applied: NewObject;
  readonly fieldManager: string;
  /** Whether fields are taken from their other managers. */
  readonly force: boolean;
  readonly isOfStatus: boolean;
}

/**
 * Returns the object as it is to be written, with `managedFields`. Lists and maps are merged as the schema of the
 * kind says.
 * @throws ObjectError CONFLICT with a cause for each field that another manager has
 */
export function serverSideApply(given: AppliedObject): NewObject {
  const { resource, live, applied, fieldManager, force, isOfStatus } = given;
  const object = applied as KubeObject;
  const wanted = isOfStatus ? statusAlone(object, resource) : withoutStatus(object, resource);
  return apply(live, wanted, {
    manager: fieldManager,
    force,
    subresource: isOfStatus ? 'status' : '',
    time: managedTime(),
    convertTo: managedVersions(resource),
  });
}

function withoutStatus(object: KubeObject, { subresources }: ServedResource): KubeObject {
  if (!subresources.includes('status')) return object;
  const { status: _status, ...wish } = object;
  return wish;
}

function statusAlone(
  { apiVersion, kind, metadata, status }: KubeObject,
  resource: ServedResource,
): KubeObject {
  const { name, namespace } = metadata;
  const object = { apiVersion, kind, metadata: { name, namespace }, status } as KubeObject;
  return pruned(object, resource.schema);
}
