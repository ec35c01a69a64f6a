import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import type { ApiRequest } from './exchange.ts';
import { RequestError } from './request-error.ts';

/** The largest body that is read, as in Kubernetes. */
const largestBody = 3 * 2 ** 20;

/**
 * Reads the body of a request, until `signal` aborts: a body may never end.
 * @throws RequestError BODY_TOO_LARGE, MEDIA_TYPE_UNKNOWN
 */
export async function readBody(message: ApiRequest, signal: AbortSignal): Promise<Buffer> {
  const { 'content-encoding': coding = 'identity', 'content-length': announced = '0' } = message.headers;
  if (coding !== 'identity')
    throw new RequestError('MEDIA_TYPE_UNKNOWN', `bodies with the encoding "${coding}" are not read`);
  if (Number(announced) > largestBody) throw tooLarge();
  return await unlessAborted(wholeBody(message), signal);
}

async function wholeBody(message: ApiRequest): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = (): RequestError =>
  new RequestError('BODY_TOO_LARGE', `the body is larger than ${largestBody} bytes`);
