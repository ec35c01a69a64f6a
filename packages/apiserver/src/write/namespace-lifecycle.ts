import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ServedResource, storedResources } from '../resource/served-resource.ts';
import { FailureAbout } from '../response/failure-about.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

/**
 * Checks that objects can be created in a namespace (Kubernetes: the admission plugin NamespaceLifecycle).
 * @throws FailureAbout the namespace if there is none
 * @throws ObjectError FORBIDDEN if it is being deleted
 */
export async function checkNamespace(client: ObjectClient, name: string, signal: AbortSignal): Promise<void> {
  const found = await client.get({ ...namespaces, name }, { signal }).catch((failure: unknown) => {
    throw new FailureAbout({ ...namespaces, kind: 'Namespace', name }, failure);
  });
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `namespace ${name} is being terminated`;
  throw new ObjectError(
    'FORBIDDEN',
    `unable to create new content in namespace ${name} because it is being terminated`,
    { causes: [{ field: 'metadata.namespace', reason: 'NamespaceTerminating', message }] },
  );
}

/** The namespace that is always there. */
const defaultNamespace = 'default';

export const isNamespaces = ({ group, resource }: Pick<ServedResource, 'group' | 'resource'>): boolean =>
  group === namespaces.group && resource === namespaces.resource;

/** Events tell of what was, and end by themselves. */
const isRecord = ({ kind }: ServedResource): boolean => kind === 'Event';

/**
 * Checks that a namespace can be deleted: nobody would delete the objects in it.
 * @throws ObjectError FORBIDDEN, CONFLICT if it holds objects of a kind that is served
 */
export async function checkNamespaceDeletion(
  client: ObjectClient,
  name: string,
  { served, signal }: { readonly served: readonly ServedResource[]; readonly signal: AbortSignal },
): Promise<void> {
  if (name === defaultNamespace)
    throw new ObjectError(
      'FORBIDDEN',
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      {
        hint: 'remove the objects in it instead',
      },
    );
  for (const resource of storedResources(served).filter((each) => each.isNamespaced && !isRecord(each))) {
    const { items } = await client.list(resource, { namespace: name, limit: 1, signal });
    if (items[0]) throw notEmpty(name, `${resourceName(resource)} "${items[0].metadata.name}"`);
  }
}

function notEmpty(name: string, held: string): ObjectError {
  const message = `the namespace "${name}" holds objects, such as ${held}: remove them first`;
  return new ObjectError('CONFLICT', message, {
    hint: 'remove the objects in it, and then the namespace',
    causes: [{ field: '', reason: 'NamespaceNotEmpty', message }],
  });
}

/** Creates the namespaces that are always there. */
export async function ensureNamespaces(
  client: ObjectClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of names)
    await client
      .create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { signal })
      .catch(unlessThere);
}

function unlessThere(failure: unknown): KubeObject | undefined {
  if (hasCode(failure, 'ALREADY_EXISTS')) return undefined;
  throw failure;
}
