import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type HostErrorCode = 'HOST_ADDRESS_INVALID';

/** Where the API of another host is. */
export type HostAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'https'; readonly url: string }
  /** The API's socket on a host to which one logs in by SSH. */
  | { readonly kind: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number };

/** Pure. @throws CodedError HOST_ADDRESS_INVALID */
export function parseHostAddress(text: string): HostAddress {
  const url = URL.parse(text);
  if (url?.protocol === 'unix:' && url.host === '' && url.pathname.length > 1)
    return { kind: 'unix', path: decodeURIComponent(url.pathname) };
  if (url?.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === '')
    return { kind: 'https', url: text.replace(/\/$/, '') };
  if (url?.protocol === 'ssh:' && isPlainSsh(url))
    return {
      kind: 'ssh',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
      ...(url.port !== '' && { port: Number(url.port) }),
    };
  throw new CodedError<HostErrorCode>(
    'HOST_ADDRESS_INVALID',
    `not the address of a host: ${JSON.stringify(text)}`,
    {
      hint: 'use unix:///PATH, https://HOST:PORT or ssh://[USER@]HOST[:PORT]',
    },
  );
}

/** What begins with a dash would be a flag for ssh. */
const isPlainSsh = ({ hostname, username, password, pathname, search, hash }: URL): boolean =>
  !/^-|^$/.test(hostname) &&
  !username.startsWith('-') &&
  password === '' &&
  (pathname === '' || pathname === '/') &&
  search === '' &&
  hash === '';

/** Pure. Returns the arguments with which ssh connects with the API's socket of a host. */
export const sshArguments = ({
  host,
  user,
  port,
}: HostAddress & { readonly kind: 'ssh' }): readonly string[] => [
  '-T',
  '-o',
  'ConnectTimeout=30',
  '-o',
  'ServerAliveInterval=15',
  ...(port === undefined ? [] : ['-p', String(port)]),
  ...(user === undefined ? [] : ['-l', user]),
  '--',
  host,
  'ignite system dial-stdio',
];
