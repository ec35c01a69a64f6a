import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { type Bytes, bytes, formatBytes, parseBytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';

/** A size within bounds, as people write it or as a number of bytes. `parseBytes` defines the units. */
export function size(bounds: { readonly atLeast: number; readonly multipleOf: number }) {
  return v.pipe(
    v.union([v.string(), v.number()]),
    v.rawTransform<string | number, Bytes>(({ dataset, addIssue, NEVER }) => {
      try {
        const parsed = parseBytes(String(dataset.value));
        if (parsed < bounds.atLeast)
          throw new RangeError(`must be at least ${formatBytes(bytes(bounds.atLeast))}`);
        if (parsed % bounds.multipleOf !== 0) throw new RangeError('must be a whole number of MB');
        return parsed;
      } catch (failure) {
        const hint = failure instanceof CodedError && failure.hint !== undefined ? `; ${failure.hint}` : '';
        addIssue({ message: `${errorText(failure)}${hint}` });
        return NEVER;
      }
    }),
  );
}
