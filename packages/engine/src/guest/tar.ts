import type { Command } from '@ignite/toolkit/process/runner';

/** GNU tar on the host. Names are never read as options or as hosts. */
const common = ['--force-local', '--numeric-owner'];

/** Writes what is in a folder to standard output. */
export const packFolder = (path: string, follow: boolean): Command => ({
  tool: 'tar',
  args: ['--create', ...common, ...(follow ? ['--dereference'] : []), '--file=-', `--directory=${path}`, '.'],
});

/**
 * Unpacks standard input, which a guest has written and is not trusted: names that leave the folder are refused by tar
 * itself, symlinks are made last, owners are ours, nothing may run as another user, and there are no devices: one that has
 * the numbers of this host's disk would be that disk.
 */
export const unpackForeign = (path: string): Command => ({
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
    `--directory=${path}`,
  ],
});
