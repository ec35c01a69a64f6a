import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import { type ErrorCause, ObjectError, type ObjectErrorCode } from '@ignite/toolkit/client/object-error';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { RequestErrorCode } from '../request/request-error.ts';
import { FailureAbout } from './failure-about.ts';
import type { Status, StatusDetails, Subject } from './status.ts';

type KnownCode = ObjectErrorCode | RequestErrorCode;

/** The reason that Kubernetes gives for an error, and its HTTP status. */
const reasons: Readonly<Record<KnownCode, readonly [reason: string, code: number]>> = {
  NOT_FOUND: ['NotFound', 404],
  ALREADY_EXISTS: ['AlreadyExists', 409],
  CONFLICT: ['Conflict', 409],
  REVISION_TOO_OLD: ['Expired', 410],
  INVALID: ['Invalid', 422],
  BAD_REQUEST: ['BadRequest', 400],
  METHOD_NOT_ALLOWED: ['MethodNotAllowed', 405],
  UNAUTHORIZED: ['Unauthorized', 401],
  FORBIDDEN: ['Forbidden', 403],
  SERVER_BUSY: ['TooManyRequests', 429],
  SERVER_FAILED: ['InternalError', 500],
  SERVER_UNREACHABLE: ['ServiceUnavailable', 503],
  BODY_TOO_LARGE: ['RequestEntityTooLarge', 413],
  MEDIA_TYPE_UNKNOWN: ['UnsupportedMediaType', 415],
  NOT_ACCEPTABLE: ['NotAcceptable', 406],
  REVISION_TOO_NEW: ['Timeout', 504],
  REQUEST_TIMED_OUT: ['Timeout', 504],
};

/** How Kubernetes begins the text of a cause. */
const causeWords: Readonly<Record<string, string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
};

const isModified =
  'the object has been modified; please apply your changes to the latest version and try again';

/**
 * Pure. Returns the answer to a request that failed. Of errors that are no answers only the code is told, since
 * their texts may be about the host.
 */
export function failureStatus(failure: unknown, subject?: Subject): Status {
  if (failure instanceof FailureAbout) return failureStatus(failure.cause, failure.subject);
  const known = codeOf(failure);
  const [reason, code] = reasons[known ?? 'SERVER_FAILED'];
  const causes = failure instanceof ObjectError ? failure.causes.map(toldCause) : [];
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: messageOf(failure, known, subject, causes),
    reason,
    details: { ...subjectDetails(known, subject), ...failureDetails(failure, known, causes) },
    code,
  };
}

function codeOf(failure: unknown): KnownCode | undefined {
  if (!(failure instanceof CodedError) || !Object.hasOwn(reasons, failure.code)) return undefined;
  return failure.code as KnownCode;
}

function subjectDetails(code: KnownCode | undefined, subject: Subject | undefined): StatusDetails {
  if (!subject) return {};
  const { name, group, kind, resource } = subject;
  return {
    ...(name !== undefined && { name }),
    ...(group !== '' && { group }),
    kind: code === 'INVALID' ? kind : resource,
  };
}

function failureDetails(
  failure: unknown,
  code: KnownCode | undefined,
  causes: readonly ErrorCause[],
): StatusDetails {
  if (code === 'REVISION_TOO_NEW')
    return {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    };
  const retryAfterMs = failure instanceof ObjectError ? failure.retryAfterMs : undefined;
  return {
    ...(causes.length > 0 && { causes }),
    ...(retryAfterMs !== undefined && { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) }),
  };
}

function messageOf(
  failure: unknown,
  code: KnownCode | undefined,
  subject: Subject | undefined,
  causes: readonly ErrorCause[],
): string {
  if (code === undefined)
    return failure instanceof CodedError
      ? `the request failed: ${failure.code}`
      : 'the request failed: see the log of the server';
  const { message } = failure as CodedError;
  // Objects are missed by stores. What is told otherwise not to be there is more than an object.
  if (!subject || (code === 'NOT_FOUND' && failure instanceof ObjectError)) return message;
  return aboutSubject(code, subject, causes) ?? message;
}

/** Says in Kubernetes' words what was wrong with an object, since programs and people look for these. */
function aboutSubject(code: KnownCode, subject: Subject, causes: readonly ErrorCause[]): string | undefined {
  const { group, kind, name } = subject;
  const place = resourceName(subject);
  if (code === 'INVALID' && causes.length > 0)
    return `${group === '' ? kind : `${kind}.${group}`} "${name ?? ''}" is invalid: ${listed(causes.map(causeText))}`;
  if (name === undefined) return undefined;
  if (code === 'NOT_FOUND') return `${place} "${name}" not found`;
  if (code === 'ALREADY_EXISTS') return `${place} "${name}" already exists`;
  if (code === 'CONFLICT' && causes.length === 0)
    return `Operation cannot be fulfilled on ${place} "${name}": ${isModified}`;
  return undefined;
}

function toldCause({ field, reason, message }: ErrorCause): ErrorCause {
  const word = causeWords[reason];
  const isWorded = word === undefined || message.startsWith(word);
  return { field, reason, message: isWorded ? message : `${word}: ${message}` };
}

const causeText = ({ field, message }: ErrorCause): string =>
  field === '' ? message : `${field}: ${message}`;

const listed = (texts: readonly string[]): string =>
  texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
