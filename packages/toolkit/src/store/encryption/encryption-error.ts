import { CodedError } from '../../errors/coded-error.ts';
import type { Key } from '../store.ts';

export type EncryptionErrorCode = 'KEY_MISSING' | 'KEY_FILE_INVALID' | 'OBJECT_SEALED';

type EncryptionError = CodedError<EncryptionErrorCode>;

export const keyMissing = ({ kind, name }: Key, id: string, place: string): EncryptionError =>
  new CodedError(
    'KEY_MISSING',
    `${kind} "${name}" is encrypted with the key ${id}, which is not in ${place}`,
    {
      hint: `restore ${place} from a backup; without the key, remove the ${kind} and create it anew`,
    },
  );

export const objectSealed = ({ kind, name }: Key, place: string, cause: unknown): EncryptionError =>
  new CodedError(
    'OBJECT_SEALED',
    `${kind} "${name}" cannot be decrypted: its record was changed, or ${place} holds another key of this name`,
    { hint: `restore both from one backup, or remove the ${kind} and create it anew`, cause },
  );

export const keyFileInvalid = (path: string): EncryptionError =>
  new CodedError('KEY_FILE_INVALID', `${path} is not a file of keys`, {
    hint: 'restore it from a backup; each of its lines has a name and a key of 32 bytes in Base64',
  });
