import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { type Namespace, namespaces } from '@ignite/toolkit/core/resources/namespace';
import { namespaceClientKind, withContentFinalizer } from '../namespaces/namespace-client.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { FailureAbout } from '../response/failure-about.ts';

/** An object that is to be created in a namespace. */
interface NewContent {
  readonly resource: Pick<ServedResource, 'group' | 'resource'>;
  readonly name: string;
  readonly signal: AbortSignal;
}

/**
 * Checks that objects can be created in a namespace (Kubernetes: the admission plugin NamespaceLifecycle).
 * @throws FailureAbout the namespace if there is none
 * @throws ObjectError FORBIDDEN if it is being deleted
 */
export async function checkNamespace(
  client: ObjectClient,
  name: string,
  { resource, name: object, signal }: NewContent,
): Promise<void> {
  const found = await client.get({ ...namespaces, name }, { signal }).catch((failure: unknown) => {
    throw new FailureAbout({ ...namespaces, kind: 'Namespace', name }, failure);
  });
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `namespace ${name} is being terminated`;
  throw new ObjectError(
    'FORBIDDEN',
    `${resourceName(resource)} "${object}" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    { causes: [{ field: 'metadata.namespace', reason: 'NamespaceTerminating', message }] },
  );
}

export const isNamespaces = ({ group, resource }: Pick<ServedResource, 'group' | 'resource'>): boolean =>
  group === namespaces.group && resource === namespaces.resource;

/** Prepares a namespace for its deletion, which its contents come before. */
export async function beginNamespaceDeletion(
  client: ObjectClient,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const all = new KindClient(client, namespaceClientKind);
  await all.modify(
    { name },
    (namespace) =>
      namespace.metadata.deletionTimestamp === undefined ? withContentFinalizer(namespace) : namespace,
    { signal },
  );
}

/** Pure. Returns a new namespace as one that is removed only after its contents. */
export const newNamespace = (sent: NewObject): NewObject =>
  withContentFinalizer(sent as NewObject & Pick<Namespace, 'spec'>);
