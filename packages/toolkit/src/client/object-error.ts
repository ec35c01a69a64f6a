import { CodedError } from '../errors/coded-error.ts';
import { type ObjectKey, type GroupVersionResource, resourceName } from './group-version-resource.ts';

export type ObjectErrorCode =
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CONFLICT'
  | 'REVISION_TOO_OLD'
  | 'INVALID'
  | 'BAD_REQUEST'
  | 'METHOD_NOT_ALLOWED'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'SERVER_BUSY'
  | 'SERVER_FAILED'
  | 'SERVER_UNREACHABLE';

/** One reason why an object was refused (Kubernetes `StatusCause`). */
export interface ErrorCause {
  /** The path of the field, such as `spec.ports[0].name`. */
  readonly field: string;
  /** The reason in one word, such as `FieldValueInvalid`. */
  readonly reason: string;
  readonly message: string;
}

interface ErrorDetail {
  readonly hint?: string;
  readonly cause?: unknown;
  readonly causes?: readonly ErrorCause[];
  readonly retryAfterMs?: number;
}

/** The answer of an API to a request that it did not fulfil. */
export class ObjectError extends CodedError<ObjectErrorCode> {
  /** All that is wrong with an INVALID object. */
  readonly causes: readonly ErrorCause[];
  /** The time after which a busy server asks to be called again. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ObjectErrorCode, what: string, detail: ErrorDetail = {}) {
    const { hint = hints[code], cause, causes = [], retryAfterMs } = detail;
    super(code, what, { hint, cause });
    this.causes = causes;
    this.retryAfterMs = retryAfterMs;
  }
}

const hints: Readonly<Record<ObjectErrorCode, string>> = {
  NOT_FOUND: 'check the name and the namespace',
  ALREADY_EXISTS: 'choose another name, or remove the other first',
  CONFLICT: 'read it again and repeat the change',
  REVISION_TOO_OLD: 'list again and watch from the revision of the list',
  INVALID: 'correct the fields that are named',
  BAD_REQUEST: 'correct the request',
  METHOD_NOT_ALLOWED: 'use another way to change objects of this kind',
  UNAUTHORIZED: 'check the token or the certificate',
  FORBIDDEN: 'ask an administrator of the server for the permission',
  SERVER_BUSY: 'try again later',
  SERVER_FAILED: 'see the log of the server',
  SERVER_UNREACHABLE: 'check that it is running, and check its address and certificate',
};

export const unknownResource = (resource: GroupVersionResource): ObjectError =>
  new ObjectError(
    'NOT_FOUND',
    `there is nothing at ${resourceName(resource)} of version ${resource.version}`,
    {
      hint: 'check the group, the version and the plural name, and whether these objects have a namespace',
    },
  );

export const badRequest = (problem: string, cause?: unknown): ObjectError =>
  new ObjectError('BAD_REQUEST', problem, { cause });

export function invalid(key: ObjectKey, causes: readonly ErrorCause[]): ObjectError {
  const told = causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return new ObjectError('INVALID', `${resourceName(key)} "${key.name}" is invalid: ${told.join('; ')}`, {
    causes,
  });
}
