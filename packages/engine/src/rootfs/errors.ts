import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type RootfsErrorCode = 'DISK_UNUSABLE';

export const diskUnusable = (path: string, why: string, cause?: unknown): CodedError<RootfsErrorCode> =>
  new CodedError('DISK_UNUSABLE', `${path} cannot be imported as a disk: ${why}`, {
    hint: 'give a qcow2, raw, vmdk or vhd file that stands by itself; .gz, .xz and .zst are unpacked',
    cause,
  });
