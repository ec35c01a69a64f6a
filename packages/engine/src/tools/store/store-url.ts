import { CodedError } from '@ignite/toolkit/errors/coded-error';

/** Where the objects are that several hosts share, and the files by which this host proves who it is. */
export interface StoreUrl {
  readonly endpoints: readonly string[];
  /** The beginning of all keys in etcd. */
  readonly prefix: string;
  /** The certificates of the authorities that are trusted; by default those of the system. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const defaultPort = 2379;
const schemes: ReadonlyMap<string, string> = new Map([
  ['etcd', 'https'],
  ['etcd+http', 'http'],
]);

/**
 * Pure. Parses `etcd://HOST[:PORT][,HOST…][/PREFIX][?ca=FILE&cert=FILE&key=FILE]`. The connection is encrypted
 * unless the scheme is `etcd+http`.
 * @throws CodedError STORE_URL_INVALID
 */
export function parseStoreUrl(text: string): StoreUrl {
  const [, scheme = '', hosts = '', path = '', query = ''] =
    /^([a-z+]+):\/\/([^/?@]+)(\/[^?]*)?(?:\?(.*))?$/.exec(text) ?? [];
  const transport = schemes.get(scheme);
  if (transport === undefined) throw invalid('it does not begin with etcd:// or etcd+http:// and a host');
  const endpoints = hosts.split(',').map((host) => endpointOf(transport, host));
  const bad = hosts.split(',').find((_, at) => endpoints[at] === undefined);
  if (bad !== undefined) throw invalid(`not a host: "${bad}"`);
  return {
    endpoints: endpoints.filter((each) => each !== undefined),
    prefix: path.replace(/\/+$/, '') || '/ignite',
    ...filesIn(query),
  };
}

function endpointOf(transport: string, host: string): string | undefined {
  const url = URL.parse(`${transport}://${host}`);
  if (!url) return undefined;
  const port = /:(\d+)$/.exec(host)?.[1] ?? defaultPort; // a URL leaves out the default port of its scheme
  return `${transport}://${url.hostname}:${port}`;
}

function filesIn(query: string): Pick<StoreUrl, 'ca' | 'cert' | 'key'> {
  const files = Object.fromEntries(new URLSearchParams(query));
  for (const [name, file] of Object.entries(files)) {
    if (!['ca', 'cert', 'key'].includes(name)) throw invalid(`unknown parameter "${name}"`);
    if (!file.startsWith('/')) throw invalid(`the path of "${name}" is not absolute`);
  }
  if ((files['cert'] === undefined) !== (files['key'] === undefined))
    throw invalid('a client certificate needs both "cert" and "key"');
  return files;
}

/** The URL itself is not quoted, since somebody may have written a password into it. */
const invalid = (why: string): CodedError =>
  new CodedError('STORE_URL_INVALID', `not the URL of a store: ${why}`, {
    hint: 'use etcd://HOST:2379,HOST:2379/PREFIX?ca=FILE&cert=FILE&key=FILE',
  });
