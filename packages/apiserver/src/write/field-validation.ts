import { badRequest } from '@ignite/toolkit/client/object-error';
import type { FieldPath } from '../resource/served-resource.ts';
import { fieldText, withoutFields } from '../resource/unknown-fields.ts';
import type { FieldValidation } from './write-query.ts';

export interface CheckedFields<T> {
  readonly value: T;
  readonly warnings: readonly string[];
}

/** What is wrong with the fields of a body, apart from their values. */
export interface FieldProblems {
  readonly unknown: readonly FieldPath[];
  readonly duplicate: readonly FieldPath[];
}

/** What becomes of fields that are unknown, and what the refusal of them begins with. */
export interface Strictness {
  readonly validation: FieldValidation;
  readonly prefix?: string;
}

/**
 * Pure. Returns a value without its unknown fields, and what its author is to be told.
 * @throws ObjectError BAD_REQUEST if the validation is strict and anything is wrong
 */
export function checkedFields<T>(
  value: T,
  { unknown, duplicate }: FieldProblems,
  { validation, prefix = '' }: Strictness,
): CheckedFields<T> {
  const told = [
    ...duplicate.map((path) => `duplicate field "${fieldText(path)}"`),
    ...unknown.map((path) => `unknown field "${fieldText(path)}"`),
  ];
  if (validation === 'Strict' && told.length > 0)
    throw badRequest(`${prefix}strict decoding error: ${told.join(', ')}`);
  return {
    value: unknown.length === 0 ? value : withoutFields(value, unknown),
    warnings: validation === 'Warn' ? told : [],
  };
}
