import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type RequestErrorCode =
  'BODY_TOO_LARGE' | 'MEDIA_TYPE_UNKNOWN' | 'NOT_ACCEPTABLE' | 'REVISION_TOO_NEW' | 'REQUEST_TIMED_OUT';

/** What is wrong with a request apart from its object. */
export class RequestError extends CodedError<RequestErrorCode> {
  constructor(code: RequestErrorCode, what: string, cause?: unknown) {
    super(code, what, { hint: hints[code], cause });
  }
}

const hints: Readonly<Record<RequestErrorCode, string>> = {
  BODY_TOO_LARGE: 'send a smaller object',
  MEDIA_TYPE_UNKNOWN: 'send one of the media types that are named',
  NOT_ACCEPTABLE: 'accept one of the media types that are named',
  REVISION_TOO_NEW: 'list again',
  REQUEST_TIMED_OUT: 'try again later',
};
