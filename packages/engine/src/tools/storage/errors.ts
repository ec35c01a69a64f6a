import { CodedError, severalWrong } from '@ignite/toolkit/errors/coded-error';

export type VolumeErrorCode =
  | 'VOLUME_INVALID'
  | 'VOLUME_NAME_TAKEN'
  | 'VOLUME_IN_USE'
  | 'VOLUME_BUSY'
  | 'VOLUME_UNUSABLE'
  | 'VOLUME_UNSUPPORTED'
  | 'SHARE_FAILED';

const volumeError = (
  code: VolumeErrorCode,
  what: string,
  hint: string,
  cause?: unknown,
): CodedError<VolumeErrorCode> => new CodedError(code, what, { hint, cause });

export const volumeInvalid = (what: string, hint: string, cause?: unknown): CodedError =>
  volumeError('VOLUME_INVALID', what, hint, cause);

/** The error for a spec in which one or more things are wrong. */
export const invalidVolumeSpec = (messages: readonly string[]): CodedError =>
  severalWrong<VolumeErrorCode>(
    'VOLUME_INVALID',
    messages,
    '"ignite explain volume" lists the fields of a volume',
  );

export const volumeNameTaken = (name: string): CodedError =>
  volumeError(
    'VOLUME_NAME_TAKEN',
    `a volume named "${name}" already exists`,
    `use it with "-v ${name}:/PATH", grow it with "ignite volume resize", or remove it with "ignite volume rm"`,
  );

export const volumeInUse = (name: string, users: readonly string[]): CodedError =>
  volumeError(
    'VOLUME_IN_USE',
    `volume "${name}" is used by VM ${users.map((user) => `"${user}"`).join(', ')}`,
    'remove the VM first; -f also removes volumes of stopped VMs',
  );

/** The error for a volume whose removal has begun while VMs name it, or while its data is still there. */
export const volumeLeaving = (volume: string, path: string, users: readonly string[]): CodedError =>
  volumeError(
    'VOLUME_IN_USE',
    `volume "${volume}" is being removed, but ${users.length === 0 ? 'its data is still there' : `used by VM ${users.map((user) => `"${user}"`).join(', ')}`}`,
    `keep a copy of ${path} if you need its data, then finish the removal with "ignite volume rm -f ${volume}"`,
  );

export const volumeBusy = (volume: string, by: string, hint: string): CodedError =>
  volumeError('VOLUME_BUSY', `volume "${volume}" is in use by ${by}`, hint);

export const volumeUnusable = (what: string, hint: string, cause?: unknown): CodedError =>
  volumeError('VOLUME_UNUSABLE', what, hint, cause);

export const foldersUnsupported = (volume: string, vmm: string): CodedError =>
  volumeError(
    'VOLUME_UNSUPPORTED',
    `volume "${volume}" is a directory of the host, which ${vmm} cannot share with a guest`,
    'use a named volume, a file or a block device, or run the VM under QEMU',
  );

export const shareFailed = (path: string, said: string, cause?: unknown): CodedError =>
  volumeError(
    'SHARE_FAILED',
    `the directory ${path} cannot be shared: ${said}`,
    'check the host with "ignite doctor"',
    cause,
  );
