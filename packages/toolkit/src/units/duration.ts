import * as v from 'valibot';
import { CodedError } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';

declare const unit: unique symbol;
/** A whole number of milliseconds, at least 0. */
export type Milliseconds = number & { readonly [unit]: 'milliseconds' };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Parses a duration as Go and Kubernetes write it: `30s`, `1m30s`, `500ms`, `1.5h`.
 * @throws CodedError DURATION_INVALID
 */
export function parseDuration(text: string): Milliseconds {
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new CodedError('DURATION_INVALID', `not a duration: ${JSON.stringify(text)}`, {
      hint: 'use numbers with units, such as 30s, 5m or 1h30m',
    });
  }
  const total = parts.reduce((sum, [, count, name]) => sum + Number(count) * unitMs[name!]!, 0);
  return Math.round(total) as Milliseconds;
}

/** Writes the shortest form that `parseDuration` reads: `1h30m`, `500ms`, `0s`. */
export function formatDuration(duration: Milliseconds): string {
  let rest: number = duration;
  const parts = Object.entries(unitMs)
    .reverse()
    .map(([name, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? '' : `${count}${name}`;
    });
  return parts.join('') || '0s';
}

/** The schema of a field that holds a duration as people write it. */
export const durationSchema = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      parseDuration(dataset.value);
    } catch (failure) {
      addIssue({ message: errorText(failure) });
    }
  }),
);
