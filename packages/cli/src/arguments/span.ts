import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { parseDuration } from '@ignite/toolkit/units/duration';

/** Pure. Reads a span of time that may have days, such as `30d` or `1d12h`, in milliseconds. */
export function spanMs(text: string): number | undefined {
  const [, days = '0', rest = ''] = /^(?:(\d{1,5})d)?(.*)$/.exec(text) ?? [];
  try {
    const more = rest === '' && days !== '0' ? 0 : parseDuration(rest);
    return Number(days) * 24 * 3_600_000 + more;
  } catch (failure) {
    if (failure instanceof CodedError) return undefined;
    throw failure;
  }
}
