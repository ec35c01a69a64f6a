import type { ErrorCause } from '@ignite/toolkit/client/object-error';

/** The faults of fields in the words of Kubernetes (apimachinery: `field.Error`). */

export const requiredValue = (field: string, detail = ''): ErrorCause => ({
  field,
  reason: 'FieldValueRequired',
  message: joined('Required value', detail),
});

export const forbiddenValue = (field: string, detail: string): ErrorCause => ({
  field,
  reason: 'FieldValueForbidden',
  message: joined('Forbidden', detail),
});

export const invalidValue = (field: string, value: unknown, detail: string): ErrorCause => ({
  field,
  reason: 'FieldValueInvalid',
  message: joined('Invalid value', JSON.stringify(value), detail),
});

/** The fault of a value that is too large to be told. */
export const invalidDetail = (field: string, detail: string): ErrorCause => ({
  field,
  reason: 'FieldValueInvalid',
  message: joined('Invalid value', detail),
});

export const wrongType = (field: string, value: unknown, detail: string): ErrorCause => ({
  ...invalidValue(field, value, detail),
  reason: 'FieldValueTypeInvalid',
});

export const unsupportedValue = (
  field: string,
  value: unknown,
  supported: readonly unknown[],
): ErrorCause => ({
  field,
  reason: 'FieldValueNotSupported',
  message: joined('Unsupported value', JSON.stringify(value), `supported values: ${quoted(supported)}`),
});

export const duplicateValue = (field: string, value: unknown): ErrorCause => ({
  field,
  reason: 'FieldValueDuplicate',
  message: joined('Duplicate value', JSON.stringify(value)),
});

export const tooLongValue = (field: string, most: number): ErrorCause => ({
  field,
  reason: 'FieldValueTooLong',
  message: joined('Too long', `may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}`),
});

export const tooManyValues = (field: string, count: number, most: number): ErrorCause => ({
  field,
  reason: 'FieldValueTooMany',
  message: joined('Too many', String(count), `must have at most ${most} ${most === 1 ? 'item' : 'items'}`),
});

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(': ');

const quoted = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value))).join(', ');
