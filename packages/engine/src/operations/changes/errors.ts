import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type ChangesErrorCode = 'CHANGES_UNREADABLE';

export const changesUnreadable = (vm: string, why: string | undefined): CodedError<ChangesErrorCode> =>
  new CodedError(
    'CHANGES_UNREADABLE',
    `the disk of VM "${vm}" cannot be compared with its image${why === undefined ? '' : `: ${why}`}`,
    {
      hint: 'the VM was not changed; if an older Ignite built the kernel that reads disks, run "ignite kernel build"',
    },
  );
