import * as v from 'valibot';
import { ObjectError, type ObjectErrorCode } from '../object-error.ts';
import { jsonOf } from './json-of.ts';

const text = v.optional(v.string(), '');
/** The path of a field. A cause that is of the whole object names `<nil>`. */
const field = v.pipe(
  text,
  v.transform((path) => (path === '<nil>' ? '' : path)),
);

/** The part of Kubernetes' `Status` that tells why a request failed. */
const statusSchema = v.object({
  kind: v.literal('Status'),
  code: v.optional(v.number(), 0),
  reason: text,
  message: text,
  details: v.optional(
    v.object({
      causes: v.optional(v.array(v.object({ field, reason: text, message: text })), []),
      retryAfterSeconds: v.optional(v.number()),
    }),
    {},
  ),
});

const codeOfReason: Readonly<Record<string, ObjectErrorCode>> = {
  NotFound: 'NOT_FOUND',
  AlreadyExists: 'ALREADY_EXISTS',
  Conflict: 'CONFLICT',
  Expired: 'REVISION_TOO_OLD',
  Gone: 'REVISION_TOO_OLD',
  Invalid: 'INVALID',
  BadRequest: 'BAD_REQUEST',
  UnsupportedMediaType: 'BAD_REQUEST',
  NotAcceptable: 'BAD_REQUEST',
  RequestEntityTooLarge: 'BAD_REQUEST',
  MethodNotAllowed: 'METHOD_NOT_ALLOWED',
  Unauthorized: 'UNAUTHORIZED',
  Forbidden: 'FORBIDDEN',
  TooManyRequests: 'SERVER_BUSY',
  ServerTimeout: 'SERVER_BUSY',
  Timeout: 'SERVER_BUSY',
  ServiceUnavailable: 'SERVER_BUSY',
};

const codeOfHttp: Readonly<Record<number, ObjectErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  410: 'REVISION_TOO_OLD',
  413: 'BAD_REQUEST',
  415: 'BAD_REQUEST',
  422: 'INVALID',
  429: 'SERVER_BUSY',
  503: 'SERVER_BUSY',
  504: 'SERVER_BUSY',
};

/** The length at which an answer that is no `Status` is cut in a message. */
const longest = 200;

/** Pure. Translates the answer of a server that refused a request. */
export function statusError(httpStatus: number, body: string): ObjectError {
  const parsed = v.safeParse(statusSchema, jsonOf(body));
  if (!parsed.success)
    return new ObjectError(
      codeOfHttp[httpStatus] ?? 'SERVER_FAILED',
      `the server answered with ${httpStatus}: ${body.slice(0, longest)}`,
    );
  const { code, reason, message, details } = parsed.output;
  const { causes, retryAfterSeconds } = details;
  return new ObjectError(
    codeOfReason[reason] ?? codeOfHttp[code === 0 ? httpStatus : code] ?? 'SERVER_FAILED',
    message,
    { causes, ...(retryAfterSeconds !== undefined && { retryAfterMs: retryAfterSeconds * 1_000 }) },
  );
}
