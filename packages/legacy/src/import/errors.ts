import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type LegacyErrorCode = 'LEGACY_INVALID' | 'LEGACY_OVERLAY_BROKEN';

export const legacyInvalid = (what: string, hint: string, cause?: unknown): CodedError<LegacyErrorCode> =>
  new CodedError('LEGACY_INVALID', what, { hint, cause });

export const overlayBroken = (path: string, what: string): CodedError<LegacyErrorCode> =>
  new CodedError('LEGACY_OVERLAY_BROKEN', `${path}: ${what}`, {
    hint: 'nothing of the VM was imported; check its disk with "fsck" on the original host',
  });
