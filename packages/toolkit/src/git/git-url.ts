import { sourceError } from '../source/source.ts';

export type GitTransport = GitAddress['transport'];

/** The address of a repository, as far as it determines who may receive credentials. */
export type GitAddress =
  | { readonly transport: 'file'; readonly path: string }
  | { readonly transport: 'ssh'; readonly endpoint: string }
  /** The origin is `https://HOST[:PORT]`, without user information. */
  | { readonly transport: 'https'; readonly origin: string };

/** The pattern is strict, so that git and curl read the same host in a URL as this code. */
const https = /^(https:\/\/)(?:[^\s/@\\?#]+@)?((?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?)(?:\/[^\\\r\n\t]*)?$/i;
const ssh = /^ssh:\/\/(?:([\w.+-]+)@)?([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?\/[^\r\n]*$/i;
/** Matches `USER@HOST:PATH`. */
const scp = /^([\w.+-]+)@([\w.-]+):[^\s:][^\r\n]*$/;

/**
 * Parses a repository's address as people write it: `git@host:path`, `ssh://…`, `https://…`, `file:///…` or
 * an absolute path. Plain http, git:// and anything that git would run are refused.
 * @throws CodedError SOURCE_INVALID
 */
export function parseGitUrl(url: string): GitAddress {
  const [, scheme, host] = https.exec(url) ?? [];
  if (scheme !== undefined && host !== undefined && !host.startsWith('-'))
    return { transport: 'https', origin: (scheme + host).toLowerCase() };
  const [, user = '', server, port = '22'] = ssh.exec(url) ?? scp.exec(url) ?? [];
  if (server !== undefined && !user.startsWith('-') && !server.startsWith('-'))
    return { transport: 'ssh', endpoint: `${user}@${server.toLowerCase()}:${port}` };
  if (/^\/[^\r\n]*$/.test(url)) return { transport: 'file', path: url };
  if (/^file:\/\/\/[^\r\n]*$/.test(url)) return { transport: 'file', path: decoded(url) };
  throw invalid(url);
}

/**
 * Returns the transport of a repository's address.
 * @throws CodedError SOURCE_INVALID
 */
export const gitTransport = (url: string): GitTransport => parseGitUrl(url).transport;

/** Returns the address without the user information that it may have, which may include a password. */
export const publicUrl = (url: string): string => url.replace(/^(https:\/\/)[^/@]*@/i, '$1');

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.slice('file://'.length));
  } catch {
    throw invalid(url);
  }
}

const invalid = (url: string) =>
  sourceError(
    'SOURCE_INVALID',
    `not the address of a Git repository: ${JSON.stringify(url)}`,
    'use https://…, ssh://…, git@host:path, file:///… or an absolute path',
  );
