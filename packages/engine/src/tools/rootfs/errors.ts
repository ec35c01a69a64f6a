import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type RootfsErrorCode = 'DISK_UNUSABLE' | 'DISK_FORGED';

export const diskUnusable = (path: string, why: string, cause?: unknown): CodedError<RootfsErrorCode> =>
  new CodedError('DISK_UNUSABLE', `${path} cannot be imported as a disk: ${why}`, {
    hint: 'use a self-contained qcow2, raw, vmdk or vhd file, which may be compressed as .gz, .xz or .zst',
    cause,
  });

export const diskMissing = (path: string): CodedError<RootfsErrorCode> =>
  new CodedError('DISK_UNUSABLE', `${path} cannot be imported as a disk: there is no such file`, {
    hint: 'check the path',
  });

export const diskForged = (path: string): CodedError<RootfsErrorCode> =>
  new CodedError(
    'DISK_FORGED',
    `${path} has its data in another file, which no disk that Ignite created has`,
    {
      hint: 'the guest may have broken out of its VM: examine it before you remove it',
    },
  );
