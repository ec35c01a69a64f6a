import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type SecretFields, secretResource } from '@ignite/toolkit/core/resources/secret';

interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** Returns a value of a Secret as text, or nothing if there is no such Secret, or no such key in it. */
export async function secretValue(
  objects: ObjectClient,
  { namespace, name, key }: SecretKey,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { group, plural: resource, kind } = secretResource;
  const secrets = objectsOf(objects, { group, version: 'v1', resource, kind });
  const secret = (await secrets.find({ namespace, name }, { signal })) as SecretFields | undefined;
  const value = secret?.data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}
