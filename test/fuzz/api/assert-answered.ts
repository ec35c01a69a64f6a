import assert from 'node:assert/strict';
import type { ApiAnswer, ApiRequest } from './served-api.ts';

/** The codes of refusals, by the reasons that Kubernetes gives for them. */
const codes: Readonly<Record<string, number>> = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
};
/** A message may repeat what was sent, as those of Kubernetes do. */
const longestMessage = 2 ** 20;

/** Asserts that a request was answered as it must be: not by a failure of the server, and if refused, by a Status. */
export function assertAnswered({ method, path }: ApiRequest, { code, type, text }: ApiAnswer): void {
  const what = `${method} ${path} was answered with ${code} ${text.slice(0, 1_000)}`;
  if (code < 400) return assert.ok(code >= 200, what);
  const status = JSON.parse(text) as Readonly<Record<string, unknown>>;
  assert.match(type, /^application\/json/, what);
  assert.deepEqual([status['kind'], status['status'], status['code']], ['Status', 'Failure', code], what);
  const { reason, message } = status as { readonly reason: string; readonly message: string };
  // A revision that is not yet there may come, so that this alone is no fault of the request.
  const isTooEarly = code === 504 && reason === 'Timeout' && message.startsWith('Too large resource version');
  assert.ok(isTooEarly || codes[reason] === code, what);
  assert.ok(message.length > 0 && message.length <= longestMessage, what);
}
