import type { KubeObject } from '../../object/kube-object.ts';
import type { KeyValue } from './etcd-client.ts';

/** Returns the object that a key's value holds. Its resourceVersion is the revision of the key's last change. */
export const objectIn = ({ value, mod_revision }: KeyValue): KubeObject =>
  withRevision(JSON.parse(plainText(value)) as KubeObject, mod_revision);

export const withRevision = (object: KubeObject, resourceVersion: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

export const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
export const plainText = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

/** The range of the keys that begin with `prefix`, which ends in an ASCII character. */
export const prefixRange = (prefix: string): { readonly key: string; readonly range_end: string } => ({
  key: base64(prefix),
  range_end: base64(prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)),
});
