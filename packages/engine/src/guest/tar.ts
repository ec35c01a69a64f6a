import type { Command } from '@ignite/toolkit/process/runner';

/** GNU tar on the host. Names are never read as options or as hosts. */
const common = ['--force-local', '--numeric-owner'];

/** Writes what is in a folder to standard output. */
export const packFolder = (path: string, follow: boolean): Command => ({
  tool: 'tar',
  args: ['--create', ...common, ...(follow ? ['--dereference'] : []), '--file=-', `--directory=${path}`, '.'],
});

/**
 * Unpacks standard input, which a guest or a stranger has written and is not trusted, into a folder that is empty and
 * ours alone: of one archive tar itself makes symlinks last and refuses names that leave the folder, but it follows the
 * symlinks that it finds there. Owners are ours, nothing may run as another user, and there are no devices: one that has
 * the numbers of this host's disk would be that disk.
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

/** Pure. What tar has refused of an archive, out of what it wrote to standard error; undefined where that was nothing. */
export function refusedOf(stderr: string): string | undefined {
  const device = /^tar: (.+): Cannot mknod: Operation not permitted$/m.exec(stderr);
  if (device) return `${device[1]} is a device, and devices are not copied to this host`;
  const link = /^tar: (.+): Cannot hard link to ‘?'?(.+?)’?'?: /m.exec(stderr);
  if (link) return `${link[1]} is a hard link to ${link[2]}, which was not copied with it`;
  return undefined;
}
