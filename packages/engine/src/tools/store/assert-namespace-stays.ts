import { namespaceLeaving } from '@ignite/toolkit/core/namespace-leaving';
import { defaultNamespace, storedNamespace } from '@ignite/toolkit/core/resources/namespace';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';

/**
 * Checks that what is created in a namespace is not deleted with it at once. `default` always stays, and
 * others need not exist as objects.
 * @throws CodedError NAMESPACE_LEAVING
 */
export async function assertNamespaceStays(store: ObjectStore, name = defaultNamespace): Promise<void> {
  if (name === defaultNamespace) return;
  const found = await new KindStore(store, storedNamespace).find({ name });
  if (found?.metadata.deletionTimestamp !== undefined) throw namespaceLeaving(name);
}
