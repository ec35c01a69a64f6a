import type { CallOptions, ObjectClient } from '../client/object-client.ts';
import { namespaceLeaving } from '../core/namespace-leaving.ts';
import { defaultNamespace, namespaces } from '../core/resources/namespace.ts';
import { hasCode } from '../errors/coded-error.ts';
import type { Manifest } from '../codec/manifest.ts';

/**
 * Checks that an object is not declared in a namespace that is being deleted, and is no such namespace. `default`
 * always stays, and others need not exist as objects.
 * @throws CodedError NAMESPACE_LEAVING
 */
export async function checkNamespaceOf(
  { kind, metadata }: Manifest,
  client: ObjectClient,
  options: CallOptions,
): Promise<void> {
  const name = kind === 'Namespace' ? metadata.name : metadata.namespace;
  if (name === '' || name === defaultNamespace) return;
  const found = await client.get({ ...namespaces, name }, options).catch((failure: unknown): undefined => {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  });
  if (found?.metadata.deletionTimestamp !== undefined) throw namespaceLeaving(name);
}
