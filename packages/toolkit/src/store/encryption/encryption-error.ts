import { CodedError } from '../../errors/coded-error.ts';
import type { Key } from '../store.ts';

export type SealErrorCode = 'KEY_MISSING' | 'OBJECT_SEALED';

/** Says that an object cannot be decrypted. */
export class SealError extends CodedError<SealErrorCode> {
  /** What is wrong with the object, without its name. */
  readonly problem: string;

  constructor(
    code: SealErrorCode,
    { kind, name }: Key,
    problem: string,
    detail: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(code, `${kind} "${name}" ${problem}`, detail);
    this.problem = `it ${problem}`;
  }
}

export const keyMissing = (key: Key, id: string, place: string): SealError =>
  new SealError('KEY_MISSING', key, `is encrypted with the key ${id}, which is not in ${place}`, {
    hint: `restore ${place} from a backup; without the key, remove the ${key.kind} and create it anew`,
  });

export const objectSealed = (key: Key, place: string, cause: unknown): SealError =>
  new SealError(
    'OBJECT_SEALED',
    key,
    `cannot be decrypted: its record was changed, or ${place} holds another key of this name`,
    { hint: `restore both from one backup, or remove the ${key.kind} and create it anew`, cause },
  );

export const keyFileInvalid = (path: string): CodedError<'KEY_FILE_INVALID'> =>
  new CodedError('KEY_FILE_INVALID', `${path} is not a file of keys`, {
    hint: 'restore it from a backup; each of its lines has a name and a key of 32 bytes in Base64',
  });
