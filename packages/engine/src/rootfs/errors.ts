import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type RootfsErrorCode = 'DISK_UNUSABLE' | 'DISK_FORGED';

export const diskUnusable = (path: string, why: string, cause?: unknown): CodedError<RootfsErrorCode> =>
  new CodedError('DISK_UNUSABLE', `${path} cannot be imported as a disk: ${why}`, {
    hint: 'give a qcow2, raw, vmdk or vhd file that stands by itself; .gz, .xz and .zst are unpacked',
    cause,
  });

export const diskForged = (path: string): CodedError<RootfsErrorCode> =>
  new CodedError('DISK_FORGED', `${path} has its data in another file, as no disk has that Ignite made`, {
    hint: 'its VM may have been broken out of: look at what it ran before you remove it',
  });
