import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { KubeObject } from '../../object/kube-object.ts';
import { keyOf } from '../next-object.ts';
import type { NewObject } from '../store.ts';
import { keyMissing, objectSealed } from './encryption-error.ts';
import type { KeyRing } from './sealing-key.ts';

/** Objects are sealed with AES-256-GCM, bound to where they are stored. */

const algorithm = 'aes-256-gcm';
const [nonceBytes, tagBytes] = [12, 16];

const sealSchema = v.strictObject({
  /** The name of the key. */
  key: v.string(),
  nonce: v.string(),
  /** What is encrypted, and the tag that proves it. */
  data: v.string(),
});

/** Returns an object whose content and annotations are encrypted. What finds the object stays legible. */
export function seal<T extends NewObject | KubeObject>(object: T, keys: KeyRing): T {
  const { apiVersion, kind, metadata, ...content } = object;
  const key = keys.current();
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key.bytes, nonce).setAAD(placeOf(object));
  const plain = JSON.stringify({ annotations: metadata.annotations ?? {}, content });
  const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const sealed: v.InferOutput<typeof sealSchema> = {
    key: key.id,
    nonce: nonce.toString('base64'),
    data: data.toString('base64'),
  };
  return { apiVersion, kind, metadata: { ...metadata, annotations: {} }, sealed } as unknown as T;
}

/**
 * Returns an object as it was before it was sealed; one that is not sealed stays as it is.
 * @throws CodedError KEY_MISSING, OBJECT_SEALED, KEY_FILE_INVALID
 */
export function unseal(object: KubeObject, keys: KeyRing): KubeObject {
  const { apiVersion, kind, metadata, sealed } = object;
  if (sealed === undefined) return object;
  const { success, output } = v.safeParse(sealSchema, sealed);
  if (!success) throw objectSealed(keyOf(object), keys.place, undefined);
  const key = keys.find(output.key);
  if (!key) throw keyMissing(keyOf(object), output.key, keys.place);
  try {
    const data = Buffer.from(output.data, 'base64');
    const nonce = Buffer.from(output.nonce, 'base64');
    const decipher = createDecipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes })
      .setAAD(placeOf(object))
      .setAuthTag(data.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(data.subarray(0, -tagBytes)), decipher.final()]);
    const { annotations, content } = JSON.parse(plain.toString()) as Plain;
    return { apiVersion, kind, metadata: { ...metadata, annotations }, ...content };
  } catch (failure) {
    throw objectSealed(keyOf(object), keys.place, failure);
  }
}

interface Plain {
  readonly annotations: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What is encrypted for one place cannot be decrypted in another. */
function placeOf(object: NewObject | KubeObject): Uint8Array {
  const { group, kind, namespace, name } = keyOf(object);
  return Buffer.from(JSON.stringify([group, kind, namespace, name]));
}
