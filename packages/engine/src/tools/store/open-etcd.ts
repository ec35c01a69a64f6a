import { readFileSync } from 'node:fs';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { openEtcdStore } from '@ignite/toolkit/store/etcd/etcd-store';
import type { MendableStore } from '@ignite/toolkit/store/store';
import type { RowOptions } from '@ignite/toolkit/store/stored-row';
import { parseStoreUrl } from './store-url.ts';
import { upgradeObject } from './upgrade-object.ts';

/**
 * Opens the store that this host shares with others.
 * @throws CodedError STORE_URL_INVALID, STORE_FILE_UNREADABLE
 */
export function openEtcd(url: string, decoding: RowOptions): MendableStore {
  const { endpoints, prefix, ca, cert, key } = parseStoreUrl(url);
  const tls = {
    ...(ca !== undefined && { ca: textOf(ca) }),
    ...(cert !== undefined && { cert: textOf(cert) }),
    ...(key !== undefined && { key: textOf(key) }),
  };
  return openEtcdStore({ ...decoding, endpoints, tls, prefix, upgrade: upgradeObject });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CodedError('STORE_FILE_UNREADABLE', `cannot read ${path}, by which etcd is reached`, {
      hint: 'check the path in the URL of the store, and that you may read the file',
      cause,
    });
  }
}
