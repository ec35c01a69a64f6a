import type { StoredRow } from '../stored-row.ts';
import type { KeyValue } from './etcd-client.ts';
import type { EtcdLayout } from './etcd-layout.ts';

/** Returns what a key holds. The resourceVersion of the object is the revision of the key's last change. */
export const rowIn = ({ key, value, mod_revision }: KeyValue, layout: EtcdLayout): StoredRow => ({
  ...layout.named(plainText(key)),
  json: plainText(value),
  resourceVersion: mod_revision,
});

export const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
export const plainText = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

/** The range of the keys that begin with `prefix`, which ends in an ASCII character. */
export const prefixRange = (prefix: string): { readonly key: string; readonly range_end: string } => ({
  key: base64(prefix),
  range_end: base64(prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)),
});

/** The key from which a range goes on after another key. */
export const keyAfter = (key: string): string => base64(`${plainText(key)}\0`);
