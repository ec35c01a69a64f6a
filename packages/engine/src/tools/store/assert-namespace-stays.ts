import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { namespaceLeaving } from '@ignite/toolkit/core/namespace-leaving';
import { defaultNamespace, storedNamespace } from '@ignite/toolkit/core/resources/namespace';

/**
 * Checks that what is created in a namespace is not deleted with it at once. `default` always stays, and
 * others need not exist as objects.
 * @throws CodedError NAMESPACE_LEAVING
 */
export async function assertNamespaceStays(objects: ObjectClient, name = defaultNamespace): Promise<void> {
  if (name === defaultNamespace) return;
  const found = await new KindClient(objects, storedNamespace).find({ name });
  if (found?.metadata.deletionTimestamp !== undefined) throw namespaceLeaving(name);
}
