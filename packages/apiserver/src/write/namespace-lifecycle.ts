import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
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
