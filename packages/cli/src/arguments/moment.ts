import { spanMs } from './span.ts';
import { usageError } from './usage-error.ts';

const rfc3339 = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a point in time: RFC 3339, also without its seconds, time or zone, which then is this host's; seconds since 1970;
 * or how long ago, such as `10m` or `2d`. In milliseconds since 1970.
 * @throws CodedError USAGE_INVALID
 */
export function parseMoment(flag: string, text: string, nowMs: number): number {
  if (rfc3339.test(text)) {
    // JavaScript takes a date alone for UTC, and one with a time for local.
    const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
    if (!Number.isNaN(at) && isDay(text.slice(0, 10))) return at;
  }
  if (/^\d{9,11}(\.\d{1,9})?$/.test(text)) return Number(text) * 1_000;
  const ago = spanMs(text);
  if (ago !== undefined) return nowMs - ago;
  throw usageError(
    `--${flag} ${JSON.stringify(text)}: not a time`,
    'use a duration before now, such as 10m or 2d, or a timestamp, such as 2026-01-31T12:00:00Z',
  );
}

/** Whether the month has that day: JavaScript counts on into the next. */
const isDay = (date: string): boolean => new Date(`${date}T00:00Z`).toISOString().startsWith(date);
