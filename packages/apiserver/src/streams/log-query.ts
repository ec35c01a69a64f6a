import { badRequest } from '@ignite/toolkit/client/object-error';
import type { LogRequest } from '../resource/connector.ts';
import { isSet } from './query-flags.ts';

/** Which output is wanted, and how much of it is sent. */
export interface LogQuery {
  readonly request: LogRequest;
  readonly limitBytes?: number;
}

/**
 * Pure. Reads which output is wanted.
 * @throws ObjectError BAD_REQUEST
 */
export function logQuery(query: URLSearchParams, nowMs: number): LogQuery {
  const container = query.get('container') ?? '';
  const tail = numberIn(query, 'tailLines', 0);
  const limitBytes = numberIn(query, 'limitBytes', 1);
  const sinceMs = sinceIn(query, nowMs);
  return {
    request: {
      ...(container !== '' && { container }),
      follow: isSet(query, 'follow'),
      timestamps: isSet(query, 'timestamps'),
      previous: isSet(query, 'previous'),
      ...(tail !== undefined && { tail }),
      ...(sinceMs !== undefined && { sinceMs }),
    },
    ...(limitBytes !== undefined && { limitBytes }),
  };
}

function sinceIn(query: URLSearchParams, nowMs: number): number | undefined {
  const seconds = numberIn(query, 'sinceSeconds', 1);
  const time = query.get('sinceTime') ?? '';
  if (time === '') return seconds === undefined ? undefined : nowMs - seconds * 1_000;
  if (seconds !== undefined)
    throw badRequest('at most one of "sinceTime" and "sinceSeconds" may be specified');
  const sinceMs = Date.parse(time);
  if (Number.isNaN(sinceMs)) throw badRequest(`sinceTime: ${JSON.stringify(time)} is not a time`);
  return sinceMs;
}

function numberIn(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const value = Number(text);
  if (!/^-?[0-9]+$/.test(text) || !Number.isSafeInteger(value))
    throw badRequest(`${name}: ${JSON.stringify(text)} is not a number`);
  if (value < least) throw badRequest(`${name}: must be at least ${least}`);
  return value;
}
