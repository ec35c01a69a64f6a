import type { Command } from '@ignite/toolkit/process/runner';

/** Options of GNU tar on the host. Names are never read as options or as hosts. */
const common = ['--force-local', '--numeric-owner'];

/** Returns the command that writes the content of a folder to standard output. */
export const packFolder = (path: string, follow: boolean): Command => ({
  tool: 'tar',
  args: ['--create', ...common, ...(follow ? ['--dereference'] : []), '--file=-', `--directory=${path}`, '.'],
});

/**
 * Returns the command that unpacks an untrusted archive, written by a guest or a stranger, from standard
 * input into an empty private folder. tar itself creates symlinks last and refuses names that lead out of the
 * folder, but it follows symlinks that exist in the folder already. All files belong to the current user,
 * none runs as another user, and devices are left out, since a device with the numbers of this host's disk
 * would be that disk.
 */
export const unpackForeign = (emptyFolder: string): Command => ({
  tool: 'setpriv',
  args: [
    '--bounding-set=-mknod',
    '--',
    'tar',
    '--extract',
    ...common,
    '--no-same-owner',
    '--no-same-permissions',
    '--delay-directory-restore',
    '--file=-',
  ],
  cwd: emptyFolder,
});

/**
 * Pure. Returns what tar has refused of an archive, from its standard error, or `undefined` if it refused
 * nothing.
 */
export function refusedOf(stderr: string): string | undefined {
  const device = /^tar: (.+): Cannot mknod: Operation not permitted$/m.exec(stderr);
  if (device) return `${device[1]} is a device, and devices are not copied to this host`;
  const link = /^tar: (.+): Cannot hard link to ‘?'?(.+?)’?'?: /m.exec(stderr);
  if (link) return `${link[1]} is a hard link to ${link[2]}, which was not copied with it`;
  return undefined;
}
