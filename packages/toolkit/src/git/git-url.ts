import { sourceError } from '../source/source.ts';

export type GitTransport = 'file' | 'ssh' | 'https';

/**
 * Which transport a repository's address means. Addresses as people write them: `git@host:path`, `ssh://…`,
 * `https://…`, `file:///…` or an absolute path. Plain http, git:// and anything that git would run are refused.
 * @throws CodedError SOURCE_INVALID
 */
export function gitTransport(url: string): GitTransport {
  if (/^https:\/\/[^\s-]/.test(url)) return 'https';
  if (/^ssh:\/\/[^\s-]/.test(url) || /^[\w.-]+@[\w.-]+:[^\s:]/.test(url)) return 'ssh';
  if (/^(file:\/\/)?\/[^\n]*$/.test(url)) return 'file';
  throw sourceError(
    'SOURCE_INVALID',
    `not the address of a Git repository: ${JSON.stringify(url)}`,
    'write https://…, ssh://…, git@host:path, file:///… or an absolute path',
  );
}

/** The address without a password that someone may have put in. */
export const publicUrl = (url: string): string => url.replace(/^(https:\/\/)[^/@]*@/, '$1');
