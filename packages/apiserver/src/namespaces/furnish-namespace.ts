import { isDeepStrictEqual } from 'node:util';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';

/** What every namespace holds, so that programs find an identity and whom to trust. */
export const furnitureResources = {
  accounts: { group: '', version: 'v1', resource: 'serviceaccounts' },
  configMaps: { group: '', version: 'v1', resource: 'configmaps' },
} as const;

export const defaultAccount = 'default';
export const authoritiesMap = 'kube-root-ca.crt';

/**
 * Makes what every namespace holds: the service account `default`, and a ConfigMap with the certificates of the
 * server's authorities.
 */
export async function furnishNamespace(
  namespace: string,
  { client, authorities }: { readonly client: ObjectClient; readonly authorities: string },
  signal: AbortSignal,
): Promise<void> {
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name: defaultAccount },
  };
  await create(client, furnitureResources.accounts, account, signal);
  const data = { 'ca.crt': authorities };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: authoritiesMap }, data };
  if (await create(client, furnitureResources.configMaps, map, signal)) return;
  const key = { ...furnitureResources.configMaps, namespace, name: authoritiesMap };
  const known = await client.get(key, { signal });
  if (!isDeepStrictEqual(known['data'], data))
    await client.patch(
      key,
      { type: 'merge', changes: { data: { ...nulls(known['data']), ...data } } },
      { signal },
    );
}

/** A merge patch removes what it sets to null. */
const nulls = (data: unknown): Readonly<Record<string, null>> =>
  Object.fromEntries(Object.keys(data ?? {}).map((key) => [key, null]));

/** Returns whether the object was created, and not there before. */
async function create(
  client: ObjectClient,
  resource: (typeof furnitureResources)[keyof typeof furnitureResources],
  object: NewObject,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.create(resource, object, { signal });
    return true;
  } catch (failure) {
    if (hasCode(failure, 'ALREADY_EXISTS')) return false;
    throw failure;
  }
}
