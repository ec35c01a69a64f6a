import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue, tooLongValue, wrongType } from '../field-error.ts';
import { hasFormat } from './formats.ts';
import { goRegExp } from './go-regexp.ts';
import type { ValuePlace } from './value-place.ts';

export function textProblems(text: string, { schema, path }: ValuePlace): readonly ErrorCause[] {
  const { minLength = 0, maxLength = Infinity, pattern = '', format = '' } = schema;
  const length = Array.from(text).length;
  const wrong = (should: string): ErrorCause => invalidValue(path, text, `${path} in body should ${should}`);
  // As in Kubernetes, only the first of these is told.
  const [first] = [
    ...(length > maxLength ? [tooLongValue(path, maxLength)] : []),
    ...(length < minLength ? [wrong(`be at least ${minLength} chars long`)] : []),
    ...(pattern !== '' && goRegExp(pattern)?.test(text) === false ? [wrong(`match '${pattern}'`)] : []),
  ];
  return [
    ...(first ? [first] : []),
    ...(hasFormat(text, format)
      ? []
      : [wrongType(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`)]),
  ];
}

export function numberProblems(number: number, { schema, path }: ValuePlace): readonly ErrorCause[] {
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
  const { exclusiveMinimum = false, exclusiveMaximum = false } = schema;
  const wrong = (should: string): ErrorCause =>
    invalidValue(path, number, `${path} in body should be ${should}`);
  const isTooGreat = number > maximum || (exclusiveMaximum && number === maximum);
  const isTooSmall = number < minimum || (exclusiveMinimum && number === minimum);
  return [
    ...(multipleOf !== undefined && !isMultiple(number, multipleOf)
      ? [wrong(`a multiple of ${multipleOf}`)]
      : []),
    ...(isTooGreat ? [wrong(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)] : []),
    ...(isTooSmall ? [wrong(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)] : []),
  ];
}

/** Compares with a tolerance, since fractions such as 0.1 are not exact. */
function isMultiple(number: number, factor: number): boolean {
  const quotient = number / factor;
  return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * 1e-9;
}
