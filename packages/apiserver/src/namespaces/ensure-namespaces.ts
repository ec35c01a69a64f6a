import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { namespaces } from '@ignite/toolkit/core/resources/namespace';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

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
