import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { readOrMake } from './own-file.ts';

/** The key pair with which tokens of service accounts are signed and checked. */
export interface ServiceAccountKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The name of the key in tokens (RFC 7638). */
  readonly keyId: string;
}

/** Returns the keys in the folder, which are made at the first start. */
export async function openServiceAccountKeys(dir: string, signal: AbortSignal): Promise<ServiceAccountKeys> {
  const privateKey = createPrivateKey(
    await readOrMake({ dir, name: 'service-account.key', make: newKey }, signal),
  );
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, keyId: await calculateJwkThumbprint(await exportJWK(publicKey)) };
}

const newKey = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
